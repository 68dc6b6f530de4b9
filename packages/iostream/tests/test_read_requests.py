import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.iostream import UnsatisfiableReadError
from tornado.iostream._read_buffer import ReadBuffer
from tornado.iostream._read_requests import (
    ReadBytes,
    ReadInto,
    ReadUntil,
    ReadUntilClose,
    ReadUntilRegex,
)

text = st.text(alphabet="ab\r\n", min_size=1, max_size=60).map(str.encode)


def serve(request, pieces):
    """Feed a request piece by piece; return its result and what is left."""
    buffer = ReadBuffer()
    result = None
    for place, piece in enumerate(pieces):
        if place == 0:
            result = request.take_whole(piece)
            if result is not None:
                return result, b"".join(pieces[1:])
        buffer.append(piece)
        result = request.take(buffer)
        if result is not None:
            return result, buffer.take(buffer.size) + b"".join(pieces[place + 1 :])
    return None, buffer.take(buffer.size)


def split(data, cuts):
    cuts = sorted({cut % len(data) for cut in cuts} - {0})
    return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]


@given(text, st.lists(st.integers(0, 59)), st.sampled_from([b"\n", b"\r\n", b"\r\n\r\n", b"aab"]))
def test_any_split_gives_the_same_read_until(data, cuts, delimiter):
    head, found, tail = data.partition(delimiter)
    expected = (head + found, tail) if found else (None, data)
    assert serve(ReadUntil(delimiter, None), split(data, cuts)) == expected


@given(
    text, st.lists(st.integers(0, 59)), st.sampled_from([rb"\r?\n\r?\n", rb"a{2}b", rb"[ab]\r\n"])
)
def test_any_split_gives_the_same_read_until_regex(data, cuts, pattern):
    match = re.search(pattern, data)
    expected = (data[: match.end()], data[match.end() :]) if match else (None, data)
    request = ReadUntilRegex(re.compile(pattern), None)
    assert serve(request, split(data, cuts)) == expected


@given(text, st.lists(st.integers(0, 59)), st.integers(1, 70))
def test_any_split_gives_the_same_read_bytes(data, cuts, count):
    expected = (data[:count], data[count:]) if count <= len(data) else (None, data)
    assert serve(ReadBytes(count, False), split(data, cuts)) == expected


@given(text, st.lists(st.integers(0, 59)), st.integers(1, 70))
def test_any_split_fills_the_same_buffer(data, cuts, count):
    target = bytearray(count)
    result, _ = serve(ReadInto(memoryview(target), False), split(data, cuts))
    assert result == (count if count <= len(data) else None)
    filled = min(count, len(data))
    assert target[:filled] == data[:filled]


@given(text, st.lists(st.integers(0, 59)), st.integers(1, 60))
def test_any_split_meets_the_same_limit(data, cuts, limit):
    position = data.find(b"\r\n")
    fits = 0 <= position <= limit - 2
    request = ReadUntil(b"\r\n", limit)
    if fits or (position < 0 and len(data) <= limit):
        assert serve(request, split(data, cuts))[0] == (data[: position + 2] if fits else None)
    else:
        with pytest.raises(UnsatisfiableReadError, match=rf"not found within {limit} bytes"):
            serve(request, split(data, cuts))


def test_partial_reads_take_what_there_is_up_to_the_count():
    assert serve(ReadBytes(4, True), [b"ab", b"cd"]) == (b"ab", b"cd")
    assert serve(ReadBytes(4, True), [b"abcdef"]) == (b"abcd", b"ef")


def test_until_close_takes_nothing_before_the_end():
    buffer, request = ReadBuffer(), ReadUntilClose()
    buffer.append(b"abc")
    assert request.take(buffer) is None
    assert request.take_last(buffer) == b"abc"


@pytest.mark.parametrize(
    "request_for",
    [
        lambda: ReadUntil(b"\r\n\r\n", None),
        lambda: ReadUntilRegex(re.compile(rb"\r?\n\r?\n"), None),
        lambda: ReadBytes(1 << 30, False),
    ],
)
def test_searching_one_byte_at_a_time_takes_linear_time(request_for):
    def cost(size):
        buffer, request = ReadBuffer(), request_for()
        start = time.process_time()
        for _ in range(size):
            buffer.append(b"x")
            request.take(buffer)
        return time.process_time() - start

    # One quiet attempt is enough: what is not linear never comes below.
    assert any(
        min(cost(80_000) for _ in range(3)) < 9 * min(cost(20_000) for _ in range(3))
        for _ in range(6)
    )
