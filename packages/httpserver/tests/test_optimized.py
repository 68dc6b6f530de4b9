"""Limits and proxies once more, under ``python -O``: no check is an assert.

The script runs a real server and real sockets; it has no assert statement itself.
"""

from __future__ import annotations

import subprocess
import sys

SCRIPT = r"""
import asyncio, gzip, logging
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders

if __debug__:
    raise SystemExit("this must run under -O")
logging.disable(logging.CRITICAL)

def answer(request):
    request.connection.respond(200, "OK", HTTPHeaders(), request.remote_ip.encode())

def post(size, body=b"", fields=b""):
    return b"POST / HTTP/1.1\r\nHost: x\r\n%bContent-Length: %d\r\n\r\n%b" % (fields, size, body)

BOMB = gzip.compress(bytes(5_000_000))
GZIP = b"Content-Encoding: gzip\r\n"
CASES = [
    ("S1", post(5, b"abcde", b"Content-Length: 6\r\n"), 400),
    ("S2", post(5, b"abcde", b"Transfer-Encoding: chunked\r\n"), 400),
    ("S3", b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\na\r\n", 400),
    ("S4", b"GET / HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n", 400),
    ("S5", b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
    ("S6", b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 3000 + b"\r\n\r\n", 431),
    ("S6 version", b"GET / HTTP/3.0\r\nHost: x\r\n\r\n", 505),
    ("S8 head", b"GET / HT", 408),
    ("S8 body", post(5, b"a"), 408),
    ("S11 size", post(20_000_000), 413),
    ("S11 bomb", post(len(BOMB), BOMB, GZIP), 413),
    ("S11 garbage", post(7, b"garbage", GZIP), 400),
    ("S22", b"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 6.6.6.6, 1.1.1.1, 10.0.0.1\r\n\r\n", b"1.1.1.1"),
    ("S22 garbage", b"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 6.6.6.6, evil\r\n\r\n", b"127.0.0.1"),
    ("S22 PROXY", b"PROXY TCP4 1.2.3.4 5.6.7.8 1000 80\r\nHost: x\r\n\r\n", 400),
]

async def main():
    server = HTTPServer(
        answer, xheaders=True, trusted_downstream=["10.0.0.0/8"], decompress_request=True,
        max_header_size=2000, max_body_size=10_000_000, head_timeout=0.3, body_timeout=0.3,
    )
    server.listen(0, "127.0.0.1")
    port = next(iter(server._sockets.values())).getsockname()[1]
    for name, data, expected in CASES:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(data)
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        status = int(head.split(b" ")[1])
        if isinstance(expected, int):
            if status != expected or b"Connection: close" not in head:
                raise SystemExit(f"{name}: {head!r}")
            if await asyncio.wait_for(reader.read(), 10):
                raise SystemExit(f"{name}: more bytes after the refusal")
        elif status != 200 or await reader.readexactly(len(expected)) != expected:
            raise SystemExit(f"{name}: {head!r}")
        writer.close()
    print(await server.drain(5, grace=0))

asyncio.run(main())
"""


def test_s1_to_s11_and_s22_hold_under_python_o() -> None:
    output = subprocess.run(
        [sys.executable, "-O", "-c", SCRIPT], capture_output=True, text=True, check=False
    )
    assert output.stderr == ""
    assert output.stdout == "0\n"
