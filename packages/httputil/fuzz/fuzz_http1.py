"""Throw a million wrong inputs at the parsers of HTTP/1 and look for anything undocumented.

Run it beside the tests, it takes some minutes::

    python packages/httputil/fuzz/fuzz_http1.py --inputs 1000000

For every input it holds the parsers to this: no exception but ``ProtocolError``, the same events
however the bytes are cut, nothing after an error, no more time than the size explains. A failure
prints the seed and the number of the input; ``--seed`` runs it again. The tests run a short round.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from tornado.http1connection import (
    EndOfMessage,
    HTTP1ConnectionParameters,
    ProtocolError,
    RequestHead,
    RequestParser,
    ResponseHead,
    ResponseParser,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LIMITS = HTTP1ConnectionParameters(max_header_size=600, max_header_count=8)

#: A millisecond for every 100 bytes, on top of half a second for the scheduler.
SECONDS_PER_BYTE = 1e-5
SECONDS_AT_LEAST = 0.5

#: Inputs up to this length are also fed byte by byte.
BYTE_BY_BYTE = 150

LINES = [
    b"\r\n", b"\r\n\r\n", b"\n", b"\r", b" ", b"\t", b":", b"A: b\r\n", b"a:c\r\n", b" folded\r\n", b"Host: x\r\n",
    b"Host: a b\r\n", b"Host:\r\n", b"Content-Length: 3\r\n", b"Content-Length: 3\r\n", b"Content-Length: +3\r\n",
    b"Content-Length: 3, 3\r\n", b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n",
    b"Transfer-Encoding: \x0bchunked\r\n", b"Connection: close\r\n", b"Connection: keep-alive, X\r\n",
    b"Content-Type: a\r\n", b"\x00", b"\x7f", b"\xff", b"x" * 90, b"A: " + b"y" * 300 + b"\r\n", b"A : b\r\n", b": b\r\n",
]  # fmt: skip

REQUESTS = [
    b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n", b"POST /a?b=c HTTP/1.1\r\nHost: x\r\n", b"GET / HTTP/1.0\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: x\r\n", b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n", b"GET http://x/ HTTP/1.1\r\nHost: x\r\n",
    b"GET  / HTTP/1.1\r\n", b"G T / HTTP/1.1\r\n", b"GET / HTTP/2.0\r\n", b"GET /", b" HTTP/1.1\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
]  # fmt: skip

RESPONSES = [
    b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 200 OK\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 204 No\r\n",
    b"HTTP/1.1 304\r\n", b"HTTP/1.1 20 OK\r\n", b"HTTP/1.1  200 OK\r\n", b"HTTP/1.2 200 OK\r\n", b"HTTP/1.1 101 Up\r\n\r\n",
]  # fmt: skip

CHUNKS = [
    b"0\r\n\r\n", b"3\r\nabc\r\n", b"A;x=y\r\n0123456789\r\n", b"0\r\n", b"1\r\n", b"a", b"\r\n", b"\n", b"\r", b"+1\r\n",
    b"0x1\r\n", b"1_0\r\n", b" 1\r\n", b"1 \r\n", b"f" * 17 + b"\r\n", b";", b";x", b"X-Sum: 1\r\n", b"Content-Length: 1\r\n",
    b"\x00", b"3;\r\n", b'3;a="b\\";"', b"=", b'"', b"5\r\nab", b"3\r\nabcd\r\n", b"00000003\r\nabc\r\n", b"3;" + b"e" * 300 + b"\r\nabc\r\n",
]  # fmt: skip


def mixed(source: random.Random, words: Sequence[bytes], most: int) -> bytes:
    """Return words of the grammar in no order, sometimes with a byte changed."""
    data = bytearray(b"".join(source.choices(words, k=source.randrange(1, most))))
    if source.random() < 0.2:
        data[source.randrange(len(data))] = source.randrange(256)
    return bytes(data)


def described(event: Any) -> tuple[Any, ...]:
    """Return an event as something that can be compared."""
    if isinstance(event, RequestHead):
        return (
            event.method,
            event.target,
            event.version,
            event.fields,
            event.keep_alive,
            event.length,
        )
    if isinstance(event, ResponseHead):
        return (*event.start_line, event.fields, event.keep_alive)
    return ("end", event.trailers) if isinstance(event, EndOfMessage) else (event,)


def outcome_of(parser: RequestParser | ResponseParser, pieces: list[bytes]) -> list[Any]:
    """Return the events, joined pieces of bodies among them, and the status of the error."""
    seen: list[Any] = []
    try:
        for piece in pieces:
            event = parser.receive(piece)
            while event is not None:
                if isinstance(event, bytes) and seen and isinstance(seen[-1], bytes):
                    seen[-1] += event
                else:
                    seen.append(event if isinstance(event, bytes) else described(event))
                event = parser.next_event()
        seen.append(parser.end_of_stream() is not None)
    except ProtocolError as error:
        if error.status not in (400, 413, 431, 501, 505):
            raise AssertionError(f"status {error.status}") from error
        while seen and isinstance(seen[-1], bytes):
            seen.pop()  # how much of a body precedes an error depends on the cut
        seen.append(error.status)
    return seen


def check(source: random.Random, data: bytes, parser: Callable[[], Any]) -> bytes:
    """Parse one input whole and cut in several ways."""
    whole = outcome_of(parser(), [data])
    cuts = sorted(source.randrange(len(data) + 1) for _ in range(3))
    edges = [0, *cuts, len(data)]
    pieces = [data[start:end] for start, end in itertools.pairwise(edges) if end > start]
    if outcome_of(parser(), pieces) != whole:
        raise AssertionError(f"cut at {cuts}: {data!r}")
    if len(data) < BYTE_BY_BYTE:
        single = [data[at : at + 1] for at in range(len(data))]
        if outcome_of(parser(), single) != whole:
            raise AssertionError(f"byte by byte: {data!r}")
    return data


def check_heads(source: random.Random) -> bytes:
    """Parse heads of requests, one after the other."""
    data = source.choice(REQUESTS) + mixed(source, LINES, 8)
    if source.random() < 0.6:
        data += b"\r\n"
    if source.random() < 0.3:
        data += source.choice(REQUESTS) + b"\r\n"
    return check(source, data, lambda: RequestParser(LIMITS))


def check_chunks(source: random.Random) -> bytes:
    """Parse a body in chunks, and what follows it."""
    data = REQUESTS[2] + b"Transfer-Encoding: chunked\r\n\r\n" + mixed(source, CHUNKS, 10)
    if source.random() < 0.3:
        data += b"0\r\n\r\n" + REQUESTS[-1]
    return check(source, data, lambda: RequestParser(LIMITS))


def check_responses(source: random.Random) -> bytes:
    """Parse responses, as a client does."""
    data = source.choice(RESPONSES) + mixed(source, LINES, 6) + b"\r\n"
    if source.random() < 0.5:
        data += mixed(source, CHUNKS, 6)
    method = source.choice(["GET", "HEAD", "POST"])
    return check(source, data, lambda: ResponseParser(LIMITS, method))


CHECKS: dict[str, Callable[[random.Random], bytes]] = {
    "heads": check_heads,
    "chunks": check_chunks,
    "responses": check_responses,
}


def run(name: str, inputs: int, seed: int) -> Counter[str]:
    """Run one check and return what was counted."""
    counted: Counter[str] = Counter()
    for number in range(inputs):
        source = random.Random(f"{name} {seed} {number}")  # noqa: S311 - a seed must bring it back
        start = time.process_time()
        try:
            given = CHECKS[name](source)
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
    parser = argparse.ArgumentParser(description="fuzz the parsers of tornado.http1connection")
    parser.add_argument("names", nargs="*", default=list(CHECKS), help=", ".join(CHECKS))
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for name in options.names:
        start = time.monotonic()
        counted = run(name, options.inputs, options.seed)
        seconds = time.monotonic() - start
        print(
            f"{name}: {counted['inputs']:,} inputs, {counted['bytes']:,} bytes, {seconds:.0f} s, no failure",
            flush=True,
        )


if __name__ == "__main__":
    main()
