"""The lines of the security checklist that concern tornado.httputil.

Nothing here uses the assert statement, so the file also holds as a script under ``python -O``; the
last test runs it that way.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time

import pytest

from tornado.httputil import (
    FormReceiver,
    HTTPHeaders,
    HTTPInputError,
    HTTPServerRequest,
    MultipartError,
    MultipartLimits,
    MultipartReader,
    PartBegin,
    PartData,
    RequestStartLine,
    _get_content_range,
    _parse_header,
    _parse_request_range,
    parse_body_arguments,
    parse_cookie,
    parse_multipart_form_data,
    url_concat,
)


def require(condition: object, message: str = "") -> None:
    if not condition:
        raise AssertionError(message or "a requirement does not hold")


def refuses(call, *args, error: type[Exception] = HTTPInputError, **kwargs) -> None:
    try:
        result = call(*args, **kwargs)
    except error:
        return
    raise AssertionError(f"{call!r} took {args!r:.200} and gave {result!r:.200}")


def requires_linear_time(work, size: int) -> None:
    """Take four times the size, which costs sixteen times as much where time is quadratic.

    On a busy machine the best of some attempts counts.
    """

    def seconds(amount: int, times: int) -> float:
        start = time.process_time()
        for _ in range(times):
            work(amount)
        return time.process_time() - start

    times = 1
    while seconds(size, times) < 0.002:  # shorter times are noise
        times *= 2
    ratio = 0.0
    for _ in range(5):
        slower, faster = (
            min(seconds(amount, times) for _ in range(3)) for amount in (4 * size, size)
        )
        ratio = slower / faster
        if ratio < 9:
            return
    raise AssertionError(f"four times the size takes {ratio:.1f} times as long")


def request(target: str = "/", body: bytes = b"", **headers: str) -> HTTPServerRequest:
    fields = HTTPHeaders({name.replace("_", "-"): value for name, value in headers.items()})
    start = RequestStartLine("POST", target, "HTTP/1.1")
    made = HTTPServerRequest(start_line=start, headers=fields)
    made.body = body
    return made


URLENCODED = "application/x-www-form-urlencoded"


def form(*heads: str, content: bytes = b"v") -> bytes:
    parts = [b"--b\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n" for head in heads]
    return b"".join(parts) + b"--b--\r\n"


def disposition(parameters: str) -> str:
    return "Content-Disposition: form-data; " + parameters


def parse_form(body: bytes) -> tuple[dict, dict]:
    arguments: dict = {}
    files: dict = {}
    parse_multipart_form_data(b"b", body, arguments, files)
    return arguments, files


def read(body: bytes, limits: MultipartLimits | None = None) -> list:
    """Read a body in one piece and byte by byte, which must come to the same."""
    outcomes = []
    for size in (len(body) or 1, 1):
        reader = MultipartReader("b", limits)
        parts: list = []
        try:
            for at in range(0, len(body), size):
                for event in reader.receive(body[at : at + size]):
                    if isinstance(event, PartBegin):
                        parts.append((event.name, event.filename, bytearray()))
                    elif isinstance(event, PartData):
                        parts[-1][2].extend(event.data)
            reader.close()
        except MultipartError as error:
            parts = [str(error)]
        outcomes.append(parts)
    require(outcomes[0] == outcomes[1], f"cut differently: {outcomes}")
    if outcomes[0] and isinstance(outcomes[0][0], str):
        raise MultipartError(outcomes[0][0])
    return outcomes[0]


# S4: names are tokens, values hold no control characters, only blanks are trimmed.


def test_s4_a_field_name_is_a_token():
    for name in (
        "",
        " a",
        "a ",
        "a b",
        "a\t",
        "a:",
        "a\r\nb",
        "a\x00",
        "é",
        "a\x7f",
        "a(b)",
        'a"',
        "a/b",
    ):
        refuses(HTTPHeaders().add, name, "v")
        if ":" not in name:
            refuses(HTTPHeaders().parse_line, f"{name}: v")


def test_s4_a_field_value_has_no_control_characters():
    for code in (*range(9), *range(10, 32), 127):
        refuses(HTTPHeaders().add, "a", f"x{chr(code)}y")
        refuses(HTTPHeaders.parse, f"a: x{chr(code)}y" if code != 10 else "a: x\ny")
        refuses(HTTPHeaders().add, "a", f"x{chr(code)}y", _chars_are_bytes=False)


def test_s4_only_space_and_tab_are_trimmed():
    require(HTTPHeaders.parse("a: \t v \t\r\n")["a"] == "v")
    require(HTTPHeaders.parse("a: \xa0v\x85\r\n")["a"] == "\xa0v\x85")
    for char in "\x0b\x0c\x1c\r":
        refuses(HTTPHeaders.parse, f"a: {char}v\r\n")
        refuses(HTTPHeaders.parse, f"a: v{char}\r\n")


def test_s4_folding_and_bare_carriage_returns_are_refused():
    for block in ("a: b\r\n c: d", "a: b\r\n\tc", " a: b", "a: b\rc: d\r\n", "a: b\r", "\r"):
        refuses(HTTPHeaders.parse, block)


# S10: linear time.


def test_s10_cookies_take_linear_time():
    requires_linear_time(lambda n: parse_cookie("a=b; " * n), 20_000)
    requires_linear_time(lambda n: parse_cookie('a="' + "\\" * n), 10_000)
    requires_linear_time(lambda n: parse_cookie('a="' + "\\0" * n + '"'), 30_000)
    requires_linear_time(lambda n: parse_cookie('"' * n), 10_000)


def test_s10_repeated_headers_take_linear_time():
    def add(times: int) -> None:
        headers = HTTPHeaders()
        for number in range(times):
            headers.add("X", str(number))
        headers["x"], headers.get_list("x"), headers.copy()

    requires_linear_time(add, 10_000)
    requires_linear_time(lambda n: HTTPHeaders.parse("a: b\r\n" * n), 10_000)
    requires_linear_time(lambda n: HTTPHeaders.parse("a: " + " " * n + "b"), 10_000)


def test_s10_header_parameters_take_linear_time():
    requires_linear_time(lambda n: _parse_header("a" + "; b=c" * n), 5_000)
    requires_linear_time(lambda n: _parse_header('a; b="' + '\\"' * n), 10_000)
    requires_linear_time(lambda n: _parse_header('a; b="' + ';"' * n), 10_000)
    requires_linear_time(lambda n: _parse_header("a; b*0=c" + "; b*1=c" * n), 5_000)
    requires_linear_time(lambda n: _parse_header("a; " + "*" * n + "=b"), 10_000)


def test_s10_multipart_bodies_take_linear_time():
    def trickle(times: int) -> None:
        reader = MultipartReader("b", MultipartLimits(max_field_size=None, max_fields_size=None))
        reader.receive(b"--b\r\n" + disposition('name="a"').encode() + b"\r\n\r\n")
        for _ in range(times):
            reader.receive(b"\r\n--")

    requires_linear_time(trickle, 2_000)
    limits = MultipartLimits(max_parts=1_000_000)
    body = form(disposition('name="a"'))[:-7]
    requires_linear_time(lambda n: MultipartReader("b", limits).receive(body * n), 200)
    requires_linear_time(
        lambda n: parse_form(form(disposition('name="a"'), content=b"\r\n--" * n)), 5_000
    )


def test_s10_a_header_that_comes_byte_by_byte_takes_linear_time():
    def trickle(size: int) -> None:
        reader = MultipartReader("b")
        reader.receive(b"--b\r\nX: ")
        for _ in range(size):
            reader.receive(b"y")

    requires_linear_time(trickle, 2_000)


def test_s10_queries_and_ranges_take_linear_time():
    config = "&".join(["a=b"] * 1000)
    require(len(request("/?" + config).query_arguments["a"]) == 1000)
    requires_linear_time(lambda n: url_concat("/?" + "a=b&" * n, {"c": "d"}), 3_000)
    requires_linear_time(lambda n: _parse_request_range("bytes=" + "0-1," * n), 10_000)
    requires_linear_time(lambda n: _parse_request_range("bytes=" + " " * n + "x"), 10_000)


# S12: multipart.


def test_s12_the_number_of_parts_is_bounded():
    heads = [disposition('name="a"')] * 101
    require(len(parse_form(form(*heads[:100]))[0]["a"]) == 100)
    refuses(parse_form, form(*heads))
    refuses(read, form(*heads))


def test_s12_the_header_of_a_part_is_bounded():
    long = disposition('name="a"') + "\r\nX: " + "y" * 10_240
    refuses(parse_form, form(long))
    refuses(read, b"--b\r\nX: " + b"y" * 20_000)


def test_s12_the_boundary_is_bounded():
    MultipartReader("b" * 70)
    for boundary in ("", "b" * 71, "b\r\n", "b\x00", "b "):
        refuses(MultipartReader, boundary)
    refuses(parse_body_arguments, "multipart/form-data; boundary=" + "b" * 10_000, b"", {}, {})


def test_s12_names_are_bounded():
    refuses(read, form(disposition(f'name="{"a" * 1025}"')))
    refuses(read, form(disposition(f'name="a"; filename="{"f" * 1025}"')))
    refuses(read, form(disposition("name=\"a\"; filename*=utf-8''" + "%61" * 1025)))


def test_s12_fields_in_memory_are_bounded():
    limits = MultipartLimits(max_field_size=10, max_fields_size=15)
    refuses(read, form(disposition('name="a"'), content=b"x" * 11), limits)
    refuses(read, form(*[disposition('name="a"')] * 2, content=b"x" * 8), limits)
    require(MultipartLimits().max_field_size and MultipartLimits().max_fields_size)


def test_s12_big_files_go_to_disk_and_the_loop_goes_on():
    async def main(directory: str) -> None:
        receiver = FormReceiver("b", spool_size=1000, directory=directory)
        body = form(disposition('name="a"; filename="f"'), content=b"x" * 1_000_000)
        for at in range(0, len(body), 50_000):
            await receiver.receive(body[at : at + 50_000])
            held = sum(len(chunk) for chunk in receiver._spool._chunks) if receiver._spool else 0
            require(held <= 256 * 1024, f"{held} bytes are in memory")
        with await receiver.finish() as done:
            (file,) = done.files["a"]
            require(file.path and file.size == 1_000_000)
        require(os.listdir(directory) == [])

    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(main(directory))


def test_s12_line_ends_in_a_part_header_are_crlf():
    for end in ("\r", "\n", "\r\r\n", "\n\r"):
        refuses(read, form(disposition('name="a"') + end + "X: y"))
        refuses(parse_form, form(disposition('name="a"') + end + "X: y"))


def test_s12_an_extended_file_name_is_decoded_and_checked():
    _, files = parse_form(form(disposition("name=a; filename*=UTF-8''%e2%82%ac.txt")))
    require(files["a"][0].filename == "\u20ac.txt")
    for octet in ("%00", "%0d%0a", "%7f"):
        refuses(parse_form, form(disposition(f"name=a; filename*=UTF-8''a{octet}b")))
    _, files = parse_form(form(disposition("name=a; filename*=UTF-8''..%2f..%2fetc%2fpasswd")))
    require(files["a"][0].filename == "passwd")


def test_s12_directories_are_stripped_from_file_names():
    for sent in (
        "../../a.txt",
        "/etc/a.txt",
        r"C:\\dir\\a.txt",
        r"..\\a.txt",
        r"\\\\host\\a.txt",
        "./a.txt",
    ):
        _, files = parse_form(form(disposition(f'name="a"; filename="{sent}"')))
        require(files["a"][0].filename == "a.txt", sent)


def test_s12_preamble_and_epilogue_are_no_content():
    body = form(disposition('name="a"'))
    require(read(b"preamble\r\n" + body + b"epilogue\r\n--b\r\n") == read(body))
    refuses(read, b"x" * 20_000 + b"\r\n" + body)


def test_s12_the_last_boundary_must_be_there():
    body = form(disposition('name="a"'))
    for cut in range(len(body) - 2):
        refuses(read, body[:cut])
        refuses(parse_form, body[:cut])


def test_s12_a_malformed_body_is_an_error_each_time_it_is_asked_for():
    made = request(body=b"junk", Content_Type="multipart/form-data; boundary=b")
    for _ in range(3):
        refuses(lambda: made.arguments)


# S13: urlencoded arguments.


def test_s13_the_number_of_arguments_is_bounded():
    many = "&".join(["a=b"] * 1001)
    refuses(lambda: request("/?" + many).query_arguments)
    refuses(lambda: request("/?" + many).arguments)
    refuses(lambda: request(body=many.encode(), Content_Type=URLENCODED).body_arguments)
    refuses(lambda: request("/?" + "&" * 5000 + many).arguments)


def test_s13_bytes_that_are_not_utf8_are_no_crash():
    made = request("/?%ff=%fe", b"%ff=\xfe&\xff=%zz", Content_Type=URLENCODED)
    require(list(made.query_arguments.values()) == [[b"\xfe"]])
    require([b"\xfe", b"%zz"] in made.body_arguments.values())
    refuses(parse_form, form(disposition('name="a"')).replace(b'"a"', b'"\xff"'))
    require(parse_form(form(disposition('name="a"'), content=b"\xff"))[0] == {"a": [b"\xff"]})


# S14: what goes out.


def test_s14_a_field_that_is_added_cannot_split_a_response():
    for value in ("a\r\nb: c", "a\nb", "a\rb", "a\x00b", "a\x85b\n"):
        refuses(HTTPHeaders().add, "Location", value)
        refuses(HTTPHeaders().add, f"X{value}", "v")


def test_s14_arguments_on_a_url_cannot_split_a_header():
    url = url_concat("http://a/", {"a\r\nb": "c\r\nd"})
    require("\r" not in url and "\n" not in url, url)


# S16: ranges.


def test_s16_several_ranges_are_not_served():
    for header in (
        "bytes=0-1,3-4",
        "bytes=" + "0-1," * 10_000 + "0-1",
        "bytes=0-,0-,0-",
        "bytes=,",
    ):
        require(_parse_request_range(header) is None, header[:40])


def test_s16_suffix_and_huge_ranges_keep_their_meaning():
    require(_parse_request_range("bytes=-5") == (-5, None))
    require(_parse_request_range("bytes=-0") == (None, 0))
    require(_parse_request_range("bytes=0-" + "9" * 99) == (0, int("9" * 99) + 1))
    for header in (
        "bytes=-" + "9" * 5000,
        "bytes=" + "9" * 5000 + "-",
        "bytes=+1-2",
        "bytes=1_0-",
        "bytes=--1",
    ):
        require(_parse_request_range(header) is None, header[:40])
    require(_get_content_range(0, 5, 10) == "bytes 0-4/10")


@pytest.mark.slow  # where it would be skipped, everything runs under -O
def test_all_of_them_hold_under_optimization():
    run = subprocess.run(
        [sys.executable, "-O", __file__], capture_output=True, text=True, check=False, timeout=300
    )
    if run.returncode:
        pytest.fail(run.stdout + run.stderr)
    require(f"{len(CHECKS)} lines hold, asserts are off" in run.stdout, run.stdout)


CHECKS = [check for name, check in sorted(globals().items()) if name.startswith("test_s")]

if __name__ == "__main__":
    for check in CHECKS:
        check()
    print(f"{len(CHECKS)} lines hold, asserts are {'on' if __debug__ else 'off'}")
