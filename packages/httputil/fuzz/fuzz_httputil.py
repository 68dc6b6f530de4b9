"""Throw a million wrong inputs at the readers of httputil and look for anything undocumented.

Run it beside the tests, it takes some minutes::

    python packages/httputil/fuzz/fuzz_httputil.py --inputs 1000000

For every input it holds the readers to this: no exception but the documented one, the same outcome
however the bytes are cut, no input that takes much longer than its size explains. A failure prints
the seed and the input; ``--seed`` runs it again. The tests run a short round of it.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

from tornado.httputil import (
    HTTPHeaders,
    HTTPInputError,
    MultipartEnd,
    MultipartError,
    MultipartLimits,
    MultipartReader,
    PartBegin,
    PartData,
    PartEnd,
    _parse_header,
    _parse_request_range,
    parse_cookie,
    parse_request_start_line,
    parse_response_start_line,
)

if TYPE_CHECKING:
    from collections.abc import Callable

LIMITS = MultipartLimits(
    max_parts=4,
    max_part_header_size=200,
    max_name_length=40,
    max_field_size=100,
    max_fields_size=150,
    max_file_size=200,
    max_preamble_size=30,
    max_total_size=900,
)

#: A millisecond for every 100 bytes, on top of one for the scheduler: far above what is linear.
SECONDS_PER_BYTE = 1e-5
SECONDS_AT_LEAST = 0.5

MULTIPART_WORDS = [
    b"--b", b"\r\n--b", b"\r\n--b\r\n", b"\r\n--b--", b"--", b"\r\n", b"\r\n\r\n", b"\r", b"\n", b"-",
    b"b", b" ", b"\t", b"Content-Disposition: form-data", b'; name="a"', b"; name=a", b'; filename="f"',
    b"; filename*=utf-8''%e2%82%ac", b"; filename*=utf-8''%00", b"Content-Type: text/plain", b": ", b";",
    b'"', b"\\", b"\x00", b"\xff", b"\xc3\xa9", b"x" * 40, b"../", b"C:\\",
    b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n',
    b'--b\r\nContent-Disposition: form-data; name="a"; filename="f"\r\nContent-Type: a/b\r\n\r\nvalue\r\n',
]  # fmt: skip

TEXT_WORDS = [
    "a", "b", "=", ";", ",", " ", "\t", '"', "\\", "\\0", "\\012", "\\377", "\\8", "\r", "\n", "\x00", "\x7f",
    "\xe9", "\u1234", "%", "%e2%82%ac", "*", "*0", "*1*", "'", "utf-8''", "name", "filename", "form-data",
    "bytes", "-", "0", "9" * 30, "GET ", "/", " HTTP/1.1", "HTTP/1.1 ", "200", ":", "Content-Type", "--", "==",
]  # fmt: skip


def multipart_body(source: random.Random) -> bytes:
    """Return words of the grammar in no order, sometimes with a byte changed."""
    body = bytearray(b"".join(source.choices(MULTIPART_WORDS, k=source.randrange(1, 16))))
    if source.random() < 0.5:
        body[:0] = MULTIPART_WORDS[-2]
    if source.random() < 0.5:
        body += b"\r\n--b--\r\n"
    while body and source.random() < 0.3:
        body[source.randrange(len(body))] = source.randrange(256)
    return bytes(body)


def text(source: random.Random) -> str:
    """Return words of the grammars in no order, some of them often."""
    words = source.choices(TEXT_WORDS, k=source.randrange(1, 12))
    if source.random() < 0.05:
        words.append(source.choice(TEXT_WORDS) * source.randrange(1, 500))
    return "".join(words)


def outcome_of(pieces: list[bytes]) -> tuple[object, ...]:
    """Read a body and return its events with their data joined, or the error."""
    reader = MultipartReader("b", LIMITS)
    events: list[object] = []
    try:
        for piece in pieces:
            for event in reader.receive(piece):
                if isinstance(event, PartData) and events and isinstance(events[-1], PartData):
                    events[-1] = PartData(events[-1].data + event.data)
                else:
                    events.append(event)
        reader.close()
    except MultipartError as error:
        return ("error", str(error), error.status)
    check_order(events)
    return tuple(map(str, events))


def check_order(events: list[object]) -> None:
    """Hold the events to their order: begin, data, end for each part, and one end of all."""
    kinds = "".join(
        {PartBegin: "b", PartData: "d", PartEnd: "e", MultipartEnd: "."}[type(e)] for e in events
    )
    if kinds.replace("bde", "").replace("be", "") != ".":
        raise AssertionError(f"events in the order {kinds}")


def check_multipart(source: random.Random) -> bytes:
    """Read one body in four ways."""
    body = multipart_body(source)
    whole = outcome_of([body])
    cuts = sorted(source.randrange(len(body) + 1) for _ in range(3))
    pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    if outcome_of(pieces) != whole:
        raise AssertionError(f"cut at {cuts}: {outcome_of(pieces)} is not {whole}: {body!r}")
    if len(body) < 120 and outcome_of([body[at : at + 1] for at in range(len(body))]) != whole:
        raise AssertionError(f"byte by byte: {body!r}")
    return body


def check_cookies(source: random.Random) -> str:
    """Read one Cookie field."""
    header = text(source)
    for name, value in parse_cookie(header).items():
        if ";" in name or name != name.strip() or not isinstance(value, str):
            raise AssertionError(f"cookie {name!r} of {header!r}")
    return header


def check_lines(source: random.Random) -> str:
    """Read one text as everything else that a peer may send in a line."""
    line = text(source)
    _parse_header(line)
    _parse_request_range(line)
    for read in (parse_request_start_line, parse_response_start_line, HTTPHeaders.parse):
        try:
            read(line)
        except HTTPInputError:
            continue
    return line


CHECKS: dict[str, Callable[[random.Random], bytes | str]] = {
    "multipart": check_multipart,
    "cookies": check_cookies,
    "lines": check_lines,
}


def run(name: str, inputs: int, seed: int) -> Counter[str]:
    """Run one check and return what was counted."""
    check = CHECKS[name]
    counted: Counter[str] = Counter()
    for number in range(inputs):
        source = random.Random(f"{name} {seed} {number}")  # noqa: S311 - a seed must bring it back
        start = time.process_time()
        try:
            given = check(source)
        except BaseException:
            print(f"failed: {name}, seed {seed}, input {number}", file=sys.stderr)
            raise
        took = time.process_time() - start
        if took > SECONDS_AT_LEAST + len(given) * SECONDS_PER_BYTE:
            raise AssertionError(f"{took:.2f} s for {len(given)} bytes: {given!r:.200}")
        counted["inputs"] += 1
        counted["bytes"] += len(given)
    return counted


def main() -> None:
    """Run every check, or the ones that are named."""
    parser = argparse.ArgumentParser(description="fuzz the readers of tornado.httputil")
    parser.add_argument("names", nargs="*", default=list(CHECKS), help=", ".join(CHECKS))
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for name in options.names:
        start = time.monotonic()
        counted = run(name, options.inputs, options.seed)
        seconds = time.monotonic() - start
        print(
            f"{name}: {counted['inputs']:,} inputs, {counted['bytes']:,} bytes, {seconds:.0f} s, no failure"
        )


if __name__ == "__main__":
    main()
