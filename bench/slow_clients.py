"""Serve a normal client while thousands of slow ones hold their connections.

    python bench/slow_clients.py --connections 2000 --seconds 10

Server, slow clients and the normal one are processes of their own. The server has a handler that answers at once, one that takes a body
and one that answers with 256 KB. A third of the slow clients sends a head byte by byte, a third a
body, a third takes nothing of a large response. The normal client asks on one kept connection, once
without the others and once beside them. Reported: percentiles of its times, and the server's
memory. The exit status says whether p99 at most doubled.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import resource
import socket
import statistics
import subprocess
import sys
import time

HEAD = b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"
SLOW = (
    (b"GET /hello HTTP/1.1\r\nHost: localhost\r\n", b"X"),
    (b"POST /hello HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n", b"x"),
    (b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n", b""),
)

#: Seconds between two bytes of one slow client.
PACE = 5.0

#: The times are taken in so many laps, because a single disturbance decides a percentile.
LAPS = 5

LARGE = b"x" * 262144


def serve() -> None:
    """Run the server until the process is killed."""
    from tornado.httpserver import HTTPServer
    from tornado.httputil import HTTPHeaders, HTTPServerRequest

    def answer(request: HTTPServerRequest) -> None:
        body = LARGE if request.path == "/large" else b"Hello, world"
        request.connection.respond(200, "OK", HTTPHeaders(), body)

    async def main() -> None:
        raise_limit()
        server = HTTPServer(answer)
        sock = socket.create_server(("127.0.0.1", 0), backlog=4096)
        server.add_socket(sock)
        print(sock.getsockname()[1], flush=True)
        await asyncio.Event().wait()

    asyncio.run(main())


def raise_limit() -> None:
    """Allow this process as many descriptors as it may have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def memory_of(pid: int) -> float:
    """Return the megabytes that a process has to itself, from its page tables."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
        for line in rollup:
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def drip(port: int, count: int) -> None:
    """Hold slow connections until the process is killed, and send a byte on each now and then."""
    raise_limit()
    sockets = []
    for number in range(count):
        begin, more = SLOW[number % len(SLOW)]
        client = socket.socket()
        if not more:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", port))
        client.setblocking(False)
        client.send(begin)
        sockets.append((client, more))
    print("ready", flush=True)
    while True:
        for client, more in sockets:
            client.send(more)  # an error ends the process, and the measurement with it
            time.sleep(PACE / count)


async def times(port: int, seconds: float) -> list[float]:
    """Ask on one connection for a while; return the times in milliseconds, sorted."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    taken = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.perf_counter()
        writer.write(HEAD)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"the normal client got {head!r}")
        await reader.readexactly(12)
        taken.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(0.001)
    writer.close()
    return sorted(taken)


def print_row(name: str, taken: list[float], most: float, memory: float) -> None:
    """Print a line of the table."""
    half = percentile(taken, 0.5)
    print(
        f"{name:32} {len(taken):6} requests  p50 {half:6.3f} ms  p99 {most:6.3f} ms  {memory:6.1f} MB"
    )


def percentile(taken: list[float], share: float) -> float:
    """Return the time within which this share of the requests was answered."""
    return taken[int(len(taken) * share)]


async def laps(port: int, seconds: float) -> tuple[list[float], float]:
    """Measure in laps; return all times, and the median of the laps' p99."""
    taken = [await times(port, seconds / LAPS) for _ in range(LAPS)]
    return sorted(itertools.chain(*taken)), statistics.median(
        percentile(lap, 0.99) for lap in taken
    )


def measure(port: int, pid: int, count: int, seconds: float) -> bool:
    """Measure without and with the slow clients; say whether p99 at most doubled."""
    asyncio.run(times(port, 1))
    alone, alone_most = asyncio.run(laps(port, seconds))
    before = memory_of(pid)
    print_row("alone", alone, alone_most, before)
    command = [sys.executable, __file__, "--drip", str(port), "--connections", str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as slow:
        try:
            read_line(slow)
            beside, beside_most = asyncio.run(laps(port, seconds))
            after = memory_of(pid)
            if slow.poll() is not None:
                raise RuntimeError("a slow client was refused")
        finally:
            slow.kill()
    print_row(f"beside {count} slow clients", beside, beside_most, after)
    ratio = beside_most / alone_most
    print(f"{(after - before) * 1024 / count:.1f} KB per slow connection, p99 {ratio:.2f} times")
    return ratio <= 2


def read_line(process: subprocess.Popen[str]) -> str:
    """Wait for the first line of a process."""
    if process.stdout is None:
        raise RuntimeError("the process has no output")
    return process.stdout.readline()


def main() -> int:
    """Run the server and the clients."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--serve", action="store_true", help="be the server")
    parser.add_argument("--drip", type=int, metavar="PORT", help="be the slow clients")
    parser.add_argument("--connections", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    if options.serve:
        serve()
        return 0
    if options.drip:
        drip(options.drip, options.connections)
    command = [sys.executable, __file__, "--serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = int(read_line(process))
            good = measure(port, process.pid, options.connections, options.seconds)
        finally:
            process.kill()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
