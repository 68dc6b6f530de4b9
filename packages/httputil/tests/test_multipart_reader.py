from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tornado.httputil import (
    MultipartEnd,
    MultipartError,
    MultipartLimits,
    MultipartReader,
    PartBegin,
    PartData,
    PartEnd,
)

END = b"--frontier--\r\n"


def part(head: str, content: bytes = b"") -> bytes:
    return b"--frontier\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n"


def field(name: str, content: bytes = b"") -> bytes:
    return part(f'Content-Disposition: form-data; name="{name}"', content)


def upload(name: str, filename: str, content: bytes) -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"'
    return part(head + "\r\nContent-Type: text/plain", content)


def events_of(pieces, limits=None):
    """Feed the pieces; neighbouring data is joined, and an error becomes its text."""
    reader = MultipartReader("frontier", limits)
    events = []
    try:
        for piece in pieces:
            for event in reader.receive(piece):
                if isinstance(event, PartData) and isinstance(events[-1], PartData):
                    events[-1] = PartData(events[-1].data + event.data)
                else:
                    events.append(event)
        reader.close()
    except MultipartError as error:
        return [f"{error.status}: {error}"]
    return events


def contents(body, limits=None):
    """Return name and content of each part."""
    found = []
    for event in events_of([body], limits):
        if isinstance(event, str):
            raise MultipartError(event)
        if isinstance(event, PartBegin):
            found.append([event.name, b""])
        elif isinstance(event, PartData):
            found[-1][1] = event.data
    return [tuple(each) for each in found]


def test_a_form_becomes_events():
    begin, data, end, begin_file, data_file, end_file, last = events_of(
        [field("title", b"hello") + upload("photo", "a.png", b"\x00\x01") + END]
    )
    assert (begin.name, begin.filename, begin.content_type) == ("title", None, None)
    assert data == PartData(b"hello")
    assert end == end_file == PartEnd()
    assert (begin_file.name, begin_file.filename) == ("photo", "a.png")
    assert begin_file.content_type == begin_file.headers["content-type"] == "text/plain"
    assert data_file == PartData(b"\x00\x01")
    assert last == MultipartEnd()


GOOD = {
    "no parts": (END, []),
    "no line end after the last boundary": (field("a", b"v") + b"--frontier--", [("a", b"v")]),
    "epilogue": (field("a", b"v") + END + b"epilogue\r\n--frontier\r\n", [("a", b"v")]),
    "preamble": (b"This is MIME.\r\n" + field("a", b"v") + END, [("a", b"v")]),
    "preamble of one line end": (b"\r\n" + field("a", b"v") + END, [("a", b"v")]),
    "padding after the boundary": (
        (field("a", b"v") + END).replace(b"frontier\r\n", b"frontier \t\r\n"),
        [("a", b"v")],
    ),
    "empty content": (field("a") + END, [("a", b"")]),
    "the line end of the header begins the boundary": (
        field("a")[:-2] + END,
        [("a", b"")],
    ),
    "content that begins with line ends": (field("a", b"\r\n\r\nv") + END, [("a", b"\r\n\r\nv")]),
    "content that ends with half a line end": (field("a", b"v\r") + END, [("a", b"v\r")]),
    "beginnings of boundaries in the content": (
        field("a", b"\r\n--front\r\r\n-\r\n--\r\nfrontier--") + END,
        [("a", b"\r\n--front\r\r\n-\r\n--\r\nfrontier--")],
    ),
    "the same name twice": (field("a", b"1") + field("a", b"2") + END, [("a", b"1"), ("a", b"2")]),
    "header names and parameters in any case": (
        part("CONTENT-disposition: Form-Data; NAME=a", b"v") + END,
        [("a", b"v")],
    ),
    "a name in UTF-8": (field("größe", b"v") + END, [("größe", b"v")]),
}


@pytest.mark.parametrize(("body", "expected"), GOOD.values(), ids=GOOD)
def test_a_body_gives_its_parts(body, expected):
    assert contents(body) == expected


BAD = {
    "nothing": (b"", "ends in its preamble"),
    "no last boundary": (field("a", b"v"), "ends in its body"),
    "only the beginning of a part": (b"--frontier\r\n", "ends in its head"),
    "half a last boundary": (field("a", b"v") + b"--frontier-", "ends in its delimiter"),
    "no line end before the boundary": (field("a", b"v")[:-2] + END, "ends in its body"),
    "something else after the boundary": (
        field("a") + b"--frontierX\r\n",
        "is followed by neither",
    ),
    "bare LF after the boundary": (b"--frontier\nX: y\n\n", "is followed by neither"),
    "no header": (part("")[:14] + b"v\r\n" + END, "missing headers"),
    "no disposition": (part("X: y") + END, "disposition '', not 'form-data'"),
    "another disposition": (
        part('Content-Disposition: attachment; name="a"') + END,
        "'attachment'",
    ),
    "two dispositions": (
        part('Content-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="b"')
        + END,
        "more than one Content-Disposition",
    ),
    "no name": (part("Content-Disposition: form-data") + END, "missing name"),
    "empty name": (field("") + END, "missing name"),
    "no colon": (part('Content-Disposition: form-data; name="a"\r\nX') + END, "no colon"),
    "folded header": (
        part('Content-Disposition: form-data;\r\n name="a"') + END,
        "folding not supported",
    ),
    "carriage return in the header": (
        part('Content-Disposition: form-data; name="a"\rX: y') + END,
        "bare CR or LF",
    ),
    "line feed in the header": (
        part('Content-Disposition: form-data; name="a"\nX: y') + END,
        "bare CR or LF",
    ),
    "NUL in the header": (field("a\x00") + END, "Invalid header value"),
    "NUL by an extended parameter": (
        part("Content-Disposition: form-data; name=a; filename*=UTF-8''a%00b") + END,
        "control character in multipart file name",
    ),
    "header that is not UTF-8": (
        (field("a") + END).replace(b'"a"', b'"\xff"'),
        "is not UTF-8",
    ),
}


@pytest.mark.parametrize(("body", "complaint"), BAD.values(), ids=BAD)
def test_a_malformed_body_is_refused(body, complaint):
    with pytest.raises(MultipartError) as caught:
        contents(body)
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    "body", [body for body, _ in [*GOOD.values(), *BAD.values()]], ids=[*GOOD, *BAD]
)
def test_the_way_a_body_is_cut_changes_nothing(body):
    whole = events_of([body])
    assert events_of([body[at : at + 1] for at in range(len(body))]) == whole
    for at in range(len(body) + 1):
        assert events_of([body[:at], body[at:]]) == whole


LIMITS = {
    "parts": (
        field("a") * 3 + END,
        MultipartLimits(max_parts=2),
        "413: multipart/form-data has too many parts, 2",
    ),
    "header": (
        part('Content-Disposition: form-data; name="a"\r\nX: ' + "y" * 60) + END,
        MultipartLimits(max_part_header_size=90),
        "431: multipart/form-data part header too large, 90 bytes",
    ),
    "header that never ends": (
        b"--frontier\r\nX: " + b"y" * 200,
        MultipartLimits(max_part_header_size=90),
        "431: multipart/form-data part header too large, 90 bytes",
    ),
    "field": (
        field("a", b"12345") + END,
        MultipartLimits(max_field_size=4),
        "413: multipart part of",
    ),
    "fields together": (
        field("a", b"123") + field("b", b"456") + END,
        MultipartLimits(max_fields_size=5),
        "413: multipart fields of more than 5 bytes",
    ),
    "file": (
        upload("a", "b", b"12345") + END,
        MultipartLimits(max_file_size=4),
        "413: multipart part",
    ),
    "all": (
        field("a") + END,
        MultipartLimits(max_total_size=20),
        "413: multipart body of more than 20",
    ),
    "name": (field("abcde") + END, MultipartLimits(max_name_length=4), "400: multipart name of 5"),
    "file name": (
        upload("a", "abcde", b"") + END,
        MultipartLimits(max_name_length=4),
        "400: multipart file name of 5",
    ),
    "preamble": (
        b"x" * 30 + b"\r\n" + field("a") + END,
        MultipartLimits(max_preamble_size=20),
        "400: multipart body does not begin with its boundary",
    ),
}


@pytest.mark.parametrize(("body", "limits", "complaint"), LIMITS.values(), ids=LIMITS)
def test_a_crossed_limit_is_an_error_however_the_body_is_cut(body, limits, complaint):
    (error,) = events_of([body], limits)
    assert error.startswith(complaint)
    assert events_of([body[at : at + 1] for at in range(len(body))], limits) == [error]


@pytest.mark.parametrize(
    ("body", "limits"),
    [
        (field("a") * 2 + END, MultipartLimits(max_parts=2)),
        (field("a", b"1234") + END, MultipartLimits(max_field_size=4, max_fields_size=4)),
        (upload("a", "b", b"1234") + END, MultipartLimits(max_file_size=4, max_field_size=0)),
        (upload("a", "abcd", b"") + END, MultipartLimits(max_name_length=4)),
        (field("a") + END, MultipartLimits(max_part_header_size=40, max_total_size=74)),
        (b"x" * 20 + b"\r\n" + END, MultipartLimits(max_preamble_size=20)),
    ],
)
def test_a_limit_that_is_reached_and_not_crossed_is_none(body, limits):
    assert contents(body, limits) is not None


@pytest.mark.parametrize("boundary", ["", "a" * 71, "a\r\n", "a ", "\x00", "é", b"\xff"])
def test_an_impossible_boundary_is_refused(boundary):
    with pytest.raises(MultipartError, match="bad multipart boundary"):
        MultipartReader(boundary)


@pytest.mark.parametrize("boundary", ["a", "a" * 70, "a b", "'()+_,-./:=?", b"frontier"])
def test_a_boundary_may_have_up_to_70_printable_characters(boundary):
    reader = MultipartReader(boundary)
    octets = boundary if isinstance(boundary, bytes) else boundary.encode()
    assert reader.receive(b"--" + octets + b"--") == [MultipartEnd()]


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data; boundary=frontier",
        'multipart/form-data; charset=utf-8; boundary="frontier"',
        "Multipart/Form-Data;BOUNDARY=frontier",
    ],
)
def test_a_reader_is_made_from_a_content_type(content_type):
    reader = MultipartReader.from_content_type(content_type)
    assert reader.receive(END) == [MultipartEnd()]


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "multipart/mixed; boundary=b",
        "multipart/form-data",
        "multipart/form-data; boundary=",
    ],
)
def test_other_content_types_make_no_reader(content_type):
    with pytest.raises(MultipartError, match="Content-Type"):
        MultipartReader.from_content_type(content_type)


def test_a_reader_counts_and_knows_when_it_is_complete():
    reader = MultipartReader("frontier")
    body = field("a", b"v") + field("b", b"v") + END
    reader.receive(body[:-4])
    assert (reader.bytes_received, reader.parts_seen, reader.is_complete) == (
        len(body) - 4,
        2,
        False,
    )
    reader.receive(body[-4:])
    assert (reader.bytes_received, reader.is_complete) == (len(body), True)
    reader.close()


def test_a_reader_that_failed_takes_nothing_more():
    reader = MultipartReader("frontier")
    with pytest.raises(MultipartError, match="followed by"):
        reader.receive(b"--frontier!")
    with pytest.raises(MultipartError, match="failed already"):
        reader.receive(b"")
    with pytest.raises(MultipartError, match="failed already"):
        reader.close()


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_any_kind_of_bytes_will_do(kind):
    reader = MultipartReader("frontier")
    body = field("a", b"v") + END
    events = reader.receive(kind(body[:30])) + reader.receive(kind(body[30:]))
    assert [event.data for event in events if isinstance(event, PartData)] == [b"v"]
    assert all(type(event.data) is bytes for event in events if isinstance(event, PartData))


contents_with_traps = (
    st.lists(
        st.sampled_from(
            [b"\r", b"\n", b"\r\n", b"-", b"--", b"frontier", b"--fronti", b"x", b"\x00\xff"]
        )
    )
    .map(b"".join)
    .filter(lambda content: b"\r\n--frontier" not in b"\r\n" + content)
)


@given(st.lists(contents_with_traps, max_size=4), st.data())
@settings(deadline=None)
def test_what_was_written_is_read_however_it_is_cut(values, data):
    body = b"".join(field(f"f{number}", value) for number, value in enumerate(values)) + END
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=8)))
    pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    events = events_of(pieces)
    assert events == events_of([body])
    assert contents(body) == [(f"f{number}", value) for number, value in enumerate(values)]


@given(st.binary(max_size=200), st.integers(0, 200))
@settings(deadline=None)
def test_any_bytes_give_events_or_the_documented_error(junk, at):
    body = b"--frontier\r\n" + junk
    assert events_of([body[:at], body[at:]]) == events_of([body])


def cpu_time(work) -> float:
    return min(measured(work) for _ in range(5))


def measured(work) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


PATTERNS = {
    "almost boundaries": b"\r\n--frontie",
    "carriage returns": b"\r",
    "dashes": b"-",
}


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_time_is_linear_in_the_size_of_the_content(pattern):
    def read(size: int) -> None:
        reader = MultipartReader(
            "frontier", MultipartLimits(max_field_size=None, max_fields_size=None)
        )
        reader.receive(field("a")[:-2])
        piece = pattern * (1000 // len(pattern))
        for _ in range(size):
            reader.receive(piece)

    # One quiet attempt is enough: what is not linear never comes below.
    assert any(cpu_time(lambda: read(8000)) < 9 * cpu_time(lambda: read(2000)) for _ in range(6))


def test_what_is_held_back_is_bounded_by_the_header_limit():
    reader = MultipartReader("frontier", MultipartLimits(max_field_size=None, max_fields_size=None))
    reader.receive(field("a")[:-2])
    handed_over = 0
    for sent in range(1, 2001):
        for event in reader.receive(b"\r\n--frontie" * 10):
            handed_over += len(event.data)
        assert sent * 110 - handed_over < 16
