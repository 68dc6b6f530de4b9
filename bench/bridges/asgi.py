"""Measure what an ASGI application costs in our container and on uvicorn: `python bench/bridges/asgi.py`.

Both servers run on uvloop, uvicorn with httptools, each on one core. The load comes from another core,
where it never sleeps. Rounds are interleaved; the tables show medians of the server's CPU time per
request, and the medians of the ratios within the rounds.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.harness.errors import VerificationError
from bench.harness.exchange.endpoint import Endpoint
from bench.harness.exchange.request import Request, compose
from bench.harness.loader import Loader
from bench.harness.process.cores import choose_cores, pin
from bench.harness.process.environment import Environments
from bench.harness.programs import Program, Work, compare, measure_in_turns

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).resolve().parent

_HOST = [("Host", "127.0.0.1")]
_BROWSER = [
    *_HOST,
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    ("Accept-Language", "en-US,en;q=0.5"),
    ("Accept-Encoding", "gzip, deflate, br, zstd"),
    ("Connection", "keep-alive"),
    ("Sec-Fetch-Dest", "document"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Site", "none"),
    ("Cookie", "session=0123456789abcdef"),
]

#: The title, the application, the request, and what is in each answer.
CASES = [
    ("raw hello", "raw", compose("GET", "/", _HOST), b"Hello, world"),
    ("raw hello, ten fields", "raw", compose("GET", "/", _BROWSER), b"Hello, world"),
    ("raw, 1 KB posted", "post", compose("POST", "/", _HOST, body=bytes(1024)), b"1024"),
    ("FastAPI hello", "fastapi", compose("GET", "/", _HOST), b'{"hello":"world"}'),
]

_CONNECTIONS = 64


def load(port: int, *, request: Request, expected: bytes, awake: bool) -> Work:
    """Look at one answer, then connect the clients."""
    endpoint = Endpoint(port)
    with endpoint.connect(10) as connection:
        connection.sendall(request.start)
        answer = b""
        while not answer.endswith(expected) and (piece := connection.recv(65536)):
            answer += piece  # some servers send the head alone
    if not answer.startswith(b"HTTP/1.1 200 ") or not answer.endswith(expected):
        raise VerificationError(f"answered {answer[:200]!r}")
    loader = Loader(
        endpoint,
        request,
        size=len(answer),
        prefix=b"HTTP/1.1 200",
        connections=_CONNECTIONS,
        awake=awake,
    )
    return lambda seconds: loader.lap(seconds=seconds, most=1_000_000).operations


def programs(application: str) -> Sequence[Program]:
    """Return the contestants of a case."""
    return [
        Program("ASGIContainer, uvloop", "bridges", ("tornado", application)),
        Program("uvicorn, httptools, uvloop", "bridges", ("uvicorn", application)),
    ]


def main() -> int:
    """Run all cases and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.5, help="length of one round")
    parser.add_argument("--only", default="", help="part of the cases' titles")
    options = parser.parse_args()
    environments = Environments(HERE.parent)
    cores = choose_cores()
    pin(0, cores.load)
    print(f"CPU microseconds of the server per request; {cores.description}")
    for title, application, request, expected in CASES:
        if options.only not in title:
            continue
        samples = measure_in_turns(
            environments,
            HERE / "asgi_servers.py",
            programs(application),
            partial(load, request=request, expected=expected, awake=cores.load is not None),
            cores,
            rounds=options.rounds,
            seconds=options.seconds,
        )
        table = compare(samples, ("uvicorn, httptools, uvloop",), "µs")
        print(f"\n## {title}\n\n{table}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
