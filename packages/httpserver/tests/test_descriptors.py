"""A server that has no descriptors left (S8)."""

from __future__ import annotations

import socket
import subprocess
import sys
import time

SCRIPT = """
import asyncio, logging, resource, socket, time
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders

logging.disable(logging.CRITICAL)

def answer(request):
    request.connection.respond(200, "OK", HTTPHeaders(), str(time.process_time()).encode())

async def main():
    server = HTTPServer(answer)
    listener = socket.create_server(("127.0.0.1", 0))
    server.add_socket(listener)
    resource.setrlimit(resource.RLIMIT_NOFILE, (40, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    print(listener.getsockname()[1], flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def spent(client: socket.socket) -> float:
    """Ask a server for the seconds of processor time that it has spent."""
    client.sendall(GET)
    data = client.recv(10_000)
    assert data.startswith(b"HTTP/1.1 200 OK\r\n")
    return float(data.partition(b"\r\n\r\n")[2])


def test_s8_a_server_without_descriptors_serves_on_and_does_not_spin() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            first = socket.create_connection(("127.0.0.1", port), timeout=10)
            spent(first)  # everything that a request needs is loaded now
            *others, last = [
                socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(60)
            ]
            before = spent(first)
            time.sleep(0.5)
            assert spent(first) - before < 0.15
            last.sendall(GET)  # it waits in the queue of the system
            for client in others:
                client.close()
            assert last.recv(10_000).startswith(b"HTTP/1.1 200 OK\r\n")
            first.close()
            last.close()
        finally:
            process.kill()
