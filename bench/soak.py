"""Many mixed requests against one server, to see whether its memory stays flat.

    python bench/soak.py                      # a million requests
    python bench/soak.py --requests 200000

The server runs in a process of its own and is asked for its memory between slices of the work. Each
slice mixes plain pages, JSON, forms, uploads, static files whole and in part, errors of every kind,
streamed and compressed answers, clients that leave, and requests that are none. The run fails if
the memory at the end is more than a tenth above that after the first fifth, or if the server keeps
descriptors or tasks.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CLIENTS = 16
SLICES = 20
LARGEST_GROWTH = 1.10


def serve(port: int, files: Path) -> None:
    """Run the server."""
    import gc
    import logging

    import tornado.web

    class Hello(tornado.web.RequestHandler):
        def get(self) -> None:
            self.write("Hello, world")

    class Echo(tornado.web.RequestHandler):
        def post(self) -> None:
            self.write({"text": self.get_argument("text"), "files": len(self.request.files)})

    class Waiting(tornado.web.RequestHandler):
        async def get(self) -> None:
            await asyncio.sleep(0.001)
            self.write("waited " * 300)
            await self.flush()
            self.write("more")

    class Failing(tornado.web.RequestHandler):
        async def get(self, kind: str) -> None:
            if kind == "http":
                raise tornado.web.HTTPError(418, "as %s", "asked")
            if kind == "flushed":
                self.write("x")
                await self.flush()
            raise ValueError(kind)

    @tornado.web.stream_request_body
    class Upload(tornado.web.RequestHandler):
        size = 0

        async def data_received(self, chunk: bytes) -> None:
            await asyncio.sleep(0)
            self.size += len(chunk)

        def post(self) -> None:
            self.write(str(self.size))

    class Memory(tornado.web.RequestHandler):
        def get(self) -> None:
            gc.collect()
            status = Path("/proc/self/statm").read_text(encoding="ascii").split()
            self.write(
                {
                    "resident": int(status[1]) * os.sysconf("SC_PAGE_SIZE"),
                    "objects": len(gc.get_objects()),
                    "descriptors": len(os.listdir("/proc/self/fd")),
                    "tasks": len(asyncio.all_tasks()),
                }
            )

    async def main() -> None:
        for name in ("tornado.access", "tornado.application", "tornado.general"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        tornado.web.Application(
            [
                ("/", Hello),
                ("/echo", Echo),
                ("/wait", Waiting),
                ("/fail/(.*)", Failing),
                ("/upload", Upload),
                ("/memory", Memory),
            ],
            static_path=str(files),
            compress_response=True,
            middleware=[tornado.web.RequestIdMiddleware()],
            cancel_on_disconnect=True,
        ).listen(port, "127.0.0.1", max_body_size=1 << 20)
        await asyncio.Event().wait()

    asyncio.run(main())


def request(head: str, body: bytes = b"", *fields: str) -> bytes:
    """Write a request."""
    lines = [f"{head} HTTP/1.1", "Host: soak", *fields]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


FORM = (
    b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nhello\r\n'
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    + b"x" * 5000
    + b"\r\n--b--\r\n"
)
URLENCODED = "Content-Type: application/x-www-form-urlencoded"

#: What is asked, and the status that it is answered with; 0 where the connection may just close.
WORK: list[tuple[bytes, int]] = [
    (request("GET /"), 200),
    (request("GET /?a=1&b=%C3%A9"), 200),
    (request("POST /echo", b"text=hello", URLENCODED), 200),
    (request("POST /echo", FORM, "Content-Type: multipart/form-data; boundary=b"), 200),
    (request("POST /echo", b"none=1", URLENCODED), 400),
    (request("GET /wait"), 200),
    (request("GET /wait", b"", "Accept-Encoding: gzip"), 200),
    (request("GET /fail/http"), 418),
    (request("GET /fail/error"), 500),
    (request("GET /fail/flushed"), 0),
    (request("POST /upload", b"x" * 100_000), 200),
    (request("GET /nothing"), 404),
    (request("PUT /"), 405),
    (request("GET /static/small.txt"), 200),
    (request("GET /static/small.txt", b"", "Accept-Encoding: gzip"), 200),
    (request("GET /static/large.bin"), 200),
    (request("GET /static/large.bin", b"", "Range: bytes=1000-250000"), 206),
    (request("GET /static/../../etc/passwd"), 403),
    (request("HEAD /static/large.bin"), 200),
    (request("POST /echo", b"", "Content-Length: 99999999"), 413),
    (b"GARBAGE\r\n\r\n", 400),
]


class Client:
    """One client, which goes through the work again and again."""

    def __init__(self, port: int, number: int) -> None:
        self.port = port
        self.at = number
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def run(self, count: int) -> None:
        """Make so many requests."""
        for _ in range(count):
            self.at += 1
            work, expected = WORK[self.at % len(WORK)]
            if self.at % 101 == 0:
                await self.leave(work)
                continue
            try:
                status = await self.exchange(work)
            except (ConnectionError, asyncio.IncompleteReadError):
                status = 0
                self.close()
            if expected and status != expected:
                raise SystemExit(f"{work[:60]!r}: {status} instead of {expected}")

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Return the connection, a new one if there is none."""
        if self.reader is None or self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self.reader, self.writer

    def close(self) -> None:
        """Forget the connection."""
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None

    async def leave(self, work: bytes) -> None:
        """Go away in the middle of a request or of its answer."""
        _, writer = await self.connect()
        writer.write(work[: max(1, len(work) - self.at % 3)])
        await asyncio.sleep(0)
        self.close()

    async def exchange(self, work: bytes) -> int:
        """Send a request, and read its answer to the end."""
        reader, writer = await self.connect()
        writer.write(work)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status = int(head.split(" ", 2)[1])
        if not work.startswith(b"HEAD") and status != 304:
            await self.read_body(reader, head)
        if "connection: close" in head:
            self.close()
        return status

    async def read_body(self, reader: asyncio.StreamReader, head: str) -> None:
        """Read what the head announces."""
        if "transfer-encoding: chunked" in head:
            while size := int((await reader.readuntil(b"\r\n")).strip(), 16):
                await reader.readexactly(size + 2)
            await reader.readexactly(2)
        elif "content-length: " in head:
            length = head.partition("content-length: ")[2].partition("\r\n")[0]
            await reader.readexactly(int(length))


async def measure(port: int) -> dict[str, int]:
    """Ask the server for its memory."""
    client = Client(port, 0)
    reader, writer = await client.connect()
    writer.write(request("GET /memory", b"", "Connection: close"))
    answer = await reader.read()
    client.close()
    found: dict[str, int] = json.loads(answer.partition(b"\r\n\r\n")[2])
    return found


async def soak(port: int, requests: int) -> list[dict[str, int]]:
    """Do the work; return the memory after each slice of it."""
    clients = [Client(port, number * 5) for number in range(CLIENTS)]
    measured = []
    share = requests // SLICES // CLIENTS
    for number in range(SLICES):
        began = time.monotonic()
        await asyncio.gather(*[client.run(share) for client in clients])
        for client in clients:
            client.close()
        await asyncio.sleep(0.2)
        found = await measure(port)
        measured.append(found)
        rate = share * CLIENTS / (time.monotonic() - began)
        print(
            f"{(number + 1) * share * CLIENTS:>9,} requests  {found['resident'] / 2**20:7.1f} MB  "
            f"{found['objects']:,} objects  {found['descriptors']} descriptors  "
            f"{found['tasks']} tasks  {rate:,.0f}/s",
            flush=True,
        )
    return measured


def verdict(measured: list[dict[str, int]]) -> str | None:
    """Say what has grown, if anything has."""
    early, last = measured[len(measured) // 5], measured[-1]
    for what in ("resident", "objects"):
        if last[what] > early[what] * LARGEST_GROWTH:
            return f"{what} grew from {early[what]:,} to {last[what]:,}"
    for what in ("descriptors", "tasks"):
        if last[what] > early[what] + 2:
            return f"{what} grew from {early[what]} to {last[what]}"
    return None


def free_port() -> int:
    """Find a port that nobody uses."""
    import socket

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


async def wait_until_open(port: int) -> None:
    """Wait for the server."""
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise SystemExit("the server did not start")


def main() -> None:
    """Run the soak."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--files", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.files)
        return
    with tempfile.TemporaryDirectory() as directory:
        files = Path(directory) / "static"
        files.mkdir()
        (files / "small.txt").write_bytes(b"small text " * 400)
        (files / "large.bin").write_bytes(os.urandom(300_000))
        port = free_port()
        command = [sys.executable, __file__, "--serve", str(port), "--files", str(files)]
        server = subprocess.Popen(command)
        try:
            asyncio.run(wait_until_open(port))
            measured = asyncio.run(soak(port, options.requests))
        finally:
            server.terminate()
            server.wait()
    growth = verdict(measured)
    if growth is not None:
        sys.exit(growth)
    print("flat")


if __name__ == "__main__":
    main()
