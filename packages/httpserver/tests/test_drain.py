"""Stopping a server without losing a request."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from tornado.httputil import HTTPHeaders, HTTPServerRequest

Serve = Callable[..., Any]

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Held:
    """An application that answers no request before it is told to."""

    def __init__(self) -> None:
        self.requests: list[HTTPServerRequest] = []

    def __call__(self, request: HTTPServerRequest) -> None:
        self.requests.append(request)

    def wait_for(self, count: int) -> None:
        until(lambda: len(self.requests) == count)

    def answer(self) -> None:
        for request in self.requests:
            connection: Any = request.connection
            connection.respond(200, "OK", HTTPHeaders(), b"held")


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread or process does."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionError as error:  # reset, if the listener was closed at that moment
        return isinstance(error, ConnectionRefusedError)
    return False


def draining(server: Any, **options: Any) -> list[int]:
    """Begin to drain on the server's loop, and give a list that will hold the result."""
    results: list[int] = []
    thread = threading.Thread(
        target=lambda: results.append(server.call(lambda: server.server.drain(**options)))
    )
    thread.start()
    threads.append(thread)
    until(lambda: refuses(server.port))
    return results


threads: list[threading.Thread] = []


@pytest.fixture(autouse=True)
def join() -> Any:
    yield
    while threads:
        threads.pop().join(10)


def test_an_idle_server_drains_at_once(serve: Serve) -> None:
    server = serve()
    began = time.monotonic()
    assert server.call(lambda: server.server.drain(5)) == 0
    assert time.monotonic() - began < 0.5


def test_a_running_request_is_finished_and_its_connection_closed(serve: Serve) -> None:
    held = Held()
    server = serve(held)
    client = server.connect()
    client.send(GET)
    held.wait_for(1)
    results = draining(server, timeout=5, grace=0)
    server.call(held.answer)
    answer = client.read_until_close()
    assert b"Connection: close\r\n" in answer
    assert answer.endswith(b"held")
    threads.pop().join(10)
    assert results == [0]


def test_an_idle_connection_has_a_grace_in_which_it_is_served(serve: Serve) -> None:
    server = serve()
    busy, idle = server.connect(), server.connect()
    for client in (busy, idle):
        client.send(GET)
        client.read_response()
    results = draining(server, timeout=5, grace=0.6)
    busy.send(GET)
    assert b"Connection: close\r\n" in busy.read_until_close()
    assert idle.read_until_close() == b""
    threads.pop().join(10)
    assert results == [0]


def test_a_late_request_is_cut_off_and_counted(serve: Serve) -> None:
    held = Held()
    server = serve(held)
    clients = [server.connect() for _ in range(3)]
    for client in clients[:2]:
        client.send(GET)
    held.wait_for(2)
    results = draining(server, timeout=0.2, grace=0)
    for client in clients:
        assert client.read_until_close() == b""
    threads.pop().join(10)
    assert results == [2]


def test_nothing_new_is_accepted(serve: Serve) -> None:
    server = serve()
    server.call(lambda: server.server.drain(1))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=5)


SERVER = """
import asyncio, os, signal, socket, sys
from tornado.httpserver import HTTPServer, inherited_sockets
from tornado.httputil import HTTPHeaders

def answer(request):
    request.connection.respond(200, "OK", HTTPHeaders(), str(os.getpid()).encode())

async def main():
    server = HTTPServer(answer)
    server.add_sockets([socket.socket(fileno=int(sys.argv[1]))])
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    print("ready", flush=True)
    await stopped.wait()
    late = await server.drain(10, grace=0.5)
    print(late, flush=True)

asyncio.run(main())
"""


class Load(threading.Thread):
    """Ask again and again, on kept connections, as a load balancer does."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port
        self.stopping = False
        self.served: list[bytes] = []
        self.dropped: list[str] = []

    def run(self) -> None:
        while not self.stopping:
            with socket.create_connection(("127.0.0.1", self.port), timeout=10) as client:
                while not self.stopping:
                    try:
                        client.sendall(GET)
                        data = client.recv(65536)
                    except OSError as error:
                        self.dropped.append(repr(error))
                        break
                    if not data:
                        self.dropped.append("closed")
                        break
                    self.served.append(data.rpartition(b"\r\n\r\n")[2])
                    if b"Connection: close" in data:
                        break


def has_served(process: subprocess.Popen[str], loads: list[Load]) -> bool:
    return any(str(process.pid).encode() in load.served for load in loads)


def test_a_restart_under_load_drops_no_request() -> None:
    """The new process has the socket of the old one before that drains."""

    def started() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(listener.fileno())],
            stdout=subprocess.PIPE,
            text=True,
            pass_fds=[listener.fileno()],
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        processes = [started()]
        loads = [Load(listener.getsockname()[1]) for _ in range(8)]
        for load in loads:
            load.start()
        until(lambda: has_served(processes[0], loads))
        for _ in range(3):
            processes.append(started())
            processes[-2].send_signal(signal.SIGTERM)
            until(lambda: has_served(processes[-1], loads))
        for load in loads:
            load.stopping = True
        for load in loads:
            load.join(20)
        processes[-1].send_signal(signal.SIGTERM)
        reports = [process.communicate(timeout=20)[0] for process in processes]
    assert [load.dropped for load in loads] == [[]] * 8
    assert reports == ["0\n"] * 4
    assert all(has_served(process, loads) for process in processes)
