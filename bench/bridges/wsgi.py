"""Measure what a WSGI application costs in our container and elsewhere: `python bench/bridges/wsgi.py`.

Flask's hello and a bare callable on our server (on eight threads, and on the loop's own), on gunicorn's
gthread worker and on waitress with as many threads. Then the echo of a websocket while 32 requests are
blocked beside it, and while none is: the 99th percentiles of interleaved rounds.
"""

from __future__ import annotations

import argparse
import base64
import os
import socket
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.bridges.asgi import load
from bench.harness.exchange.request import compose
from bench.harness.process.cores import Cores, choose_cores, pin
from bench.harness.process.environment import Environments
from bench.harness.programs import Program, compare, measure_in_turns, serving
from bench.harness.statistics import percentile, summarize

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).resolve().parent
SERVERS = HERE / "wsgi_servers.py"

_GTHREAD, _WAITRESS = "gunicorn, gthread", "waitress"
_REQUEST = compose("GET", "/", [("Host", "127.0.0.1")])

#: A masked text frame of five bytes, with a mask of zeros, and its echo.
_FRAME, _ECHO = b"\x81\x85\0\0\0\0hello", b"\x81\x05hello"
_BLOCKED = 32
_ECHOES = 400


def programs(application: str) -> Sequence[Program]:
    """Return the contestants of a case."""
    return [
        Program("WSGIContainer, threads", "bridges", ("tornado", application)),
        Program("WSGIContainer, loop", "bridges", ("tornado-loop", application)),
        Program(_GTHREAD, "bridges", ("gunicorn", application)),
        Program(_WAITRESS, "bridges", ("waitress", application)),
    ]


def connect(port: int) -> socket.socket:
    """Open a websocket."""
    client = socket.create_connection(("127.0.0.1", port), 30)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    key = base64.b64encode(os.urandom(16)).decode()
    client.sendall(
        b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %b\r\n\r\n" % key.encode()
    )
    head = client.recv(65536)
    if not head.startswith(b"HTTP/1.1 101 "):
        raise ValueError(f"no websocket: {head[:100]!r}")
    return client


def echo(client: socket.socket) -> float:
    """Return the 99th percentile of the times of some echoes, in microseconds."""
    times = []
    for _ in range(_ECHOES):
        began = time.perf_counter()
        client.sendall(_FRAME)
        received = b""
        while len(received) < len(_ECHO):
            received += client.recv(100)
        times.append(time.perf_counter() - began)
        if received != _ECHO:
            raise ValueError(f"not the echo: {received!r}")
    return percentile(times, 0.99) * 1e6


def echo_beside_blocked(port: int, client: socket.socket) -> float:
    """Do the same while requests are blocked; return when none is any more."""
    head = b"GET /%b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    blocked = [socket.create_connection(("127.0.0.1", port), 30) for _ in range(_BLOCKED)]
    for each in blocked:
        each.sendall(head % b"block")
    time.sleep(0.1)
    slowest = echo(client)
    with socket.create_connection(("127.0.0.1", port), 30) as other:
        other.sendall(head % b"release")
        other.recv(65536)
    for each in blocked:
        each.recv(65536)
        each.close()
    return slowest


def measure_echoes(environments: Environments, cores: Cores, rounds: int) -> dict[str, list[float]]:
    """Return the 99th percentiles of the rounds, with and without blocked requests."""
    python = environments.get("bridges").python
    samples: dict[str, list[float]] = {"none blocked": [], f"{_BLOCKED} blocked": []}
    with serving(SERVERS, python, ("beside", "blocking"), cores.server) as server:
        client = connect(server.port)
        echo(client)
        for turn in range(rounds * 2):
            is_blocked = turn % 4 in (1, 2)
            taken = echo_beside_blocked(server.port, client) if is_blocked else echo(client)
            samples[f"{_BLOCKED} blocked" if is_blocked else "none blocked"].append(taken)
        client.close()
    return samples


def main() -> int:
    """Run all cases and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.5, help="length of one round")
    options = parser.parse_args()
    environments = Environments(HERE.parent)
    cores = choose_cores()
    pin(0, cores.load)
    print(f"CPU microseconds of the server per request; {cores.description}")
    for title, application in (("Flask hello", "flask"), ("raw hello", "raw")):
        samples = measure_in_turns(
            environments,
            SERVERS,
            programs(application),
            partial(load, request=_REQUEST, expected=b"Hello, world", awake=cores.load is not None),
            cores,
            rounds=options.rounds,
            seconds=options.seconds,
        )
        print(f"\n## {title}\n\n{compare(samples, (_GTHREAD, _WAITRESS), 'µs')}", flush=True)
    print("\n## Echo of a websocket, 99th percentile in microseconds\n")
    for title, values in measure_echoes(environments, cores, options.rounds).items():
        summary = summarize(values)
        print(f"- {title}: {summary.median:.0f} ± {summary.mad:.0f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
