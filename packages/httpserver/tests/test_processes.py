"""Servers in several processes, on Unix sockets and on sockets of a service manager."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tornado.httpserver import inherited_sockets

Serve = Callable[..., Any]

GET = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

ANSWER = """
import asyncio, os, socket, sys
from tornado.httpserver import HTTPServer, inherited_sockets
from tornado.httputil import HTTPHeaders

def answer(request):
    body = f"{os.getpid()} {request.remote_ip}".encode()
    request.connection.respond(200, "OK", HTTPHeaders(), body)

"""

FORKING = (
    ANSWER
    + """
from tornado.ioloop import IOLoop
server = HTTPServer(answer)
server.bind(0, "127.0.0.1")
print(server._pending_sockets[0].getsockname()[1], flush=True)
server.start(int(sys.argv[1]))
IOLoop.current().start()
"""
)

WORKER = (
    ANSWER
    + """
async def main():
    server = HTTPServer(answer)
    server.listen(int(sys.argv[1]), "127.0.0.1", reuse_port=True)
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""
)

#: Put two descriptors where a service manager does, and become the server.
HAND_OVER = """
import fcntl, os, sys
handed = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 100) for number in sys.argv[1:3]]
for place, descriptor in enumerate(handed, start=3):
    os.dup2(descriptor, place)
os.execv(sys.executable, [sys.executable, "-c", sys.argv[3]])
"""

SYSTEMD = (
    ANSWER
    + """
async def main():
    os.environ["LISTEN_PID"] = str(os.getpid())
    server = HTTPServer(answer)
    sockets = inherited_sockets("web")
    server.add_sockets(sockets)
    print(len(sockets), len(inherited_sockets()), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""
)


def ask(address: Any, family: int = socket.AF_INET) -> bytes:
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.settimeout(10)
        client.connect(address)
        client.sendall(GET)
        data = b""
        while piece := client.recv(65536):
            data += piece
    return data.rpartition(b"\r\n\r\n")[2]


@contextmanager
def running(code: str, *arguments: str, **options: Any) -> Iterator[tuple[Any, str]]:
    """Run a server as a process, and give it with its first line."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        **options,
    )
    try:
        yield process, process.stdout.readline().strip()
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def pids(address: Any, wanted: int) -> set[bytes]:
    """Ask until so many processes have answered, or for a while."""
    found: set[bytes] = set()
    deadline = time.monotonic() + 20
    while len(found) < wanted and time.monotonic() < deadline:
        found.add(ask(address).split()[0])
    return found


@pytest.mark.parametrize("count", ["2", "0"])
def test_a_server_runs_in_several_processes(count: str) -> None:
    wanted = min(2, os.cpu_count() or 1) if count == "0" else 2
    with running(FORKING, count) as (process, port):
        found = pids(("127.0.0.1", int(port)), wanted)
    assert len(found) >= wanted
    assert (str(process.pid).encode() in found) is (wanted == 1)


def test_workers_may_share_a_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        with running(WORKER, str(port)) as (one, ready), running(WORKER, str(port)) as (two, also):
            assert (ready, also) == ("ready", "ready")
            found = pids(("127.0.0.1", port), 2)
    assert found == {str(one.pid).encode(), str(two.pid).encode()}


def test_a_unix_socket_has_clients_without_an_address(serve: Serve, tmp_path: Path) -> None:
    from tornado.netutil import bind_unix_socket

    seen: list[str] = []

    def note(request: Any) -> None:
        from tornado.httputil import HTTPHeaders

        seen.append(request.remote_ip)
        request.connection.respond(200, "OK", HTTPHeaders(), b"ok")

    server = serve(note, xheaders=True, trusted_downstream=["10.0.0.0/8"])
    path = str(tmp_path / "server.sock")
    server.call(lambda: server.server.add_socket(bind_unix_socket(path)))
    assert ask(path, socket.AF_UNIX) == b"ok"
    assert seen == ["0.0.0.0"]


def test_sockets_of_a_service_manager_are_served() -> None:
    """The descriptors 3 and 4, as systemd hands them over."""
    with (
        socket.create_server(("127.0.0.1", 0)) as web,
        socket.create_server(("127.0.0.1", 0)) as other,
    ):
        process = subprocess.Popen(
            [sys.executable, "-c", HAND_OVER, str(web.fileno()), str(other.fileno()), SYSTEMD],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "LISTEN_FDS": "2", "LISTEN_FDNAMES": "web:other"},
            pass_fds=[web.fileno(), other.fileno()],
        )
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "1 2\n"
            assert ask(web.getsockname()).startswith(str(process.pid).encode())
        finally:
            process.kill()
            process.communicate()


@pytest.mark.parametrize(
    "environment", [{}, {"LISTEN_FDS": "1", "LISTEN_PID": "1"}, {"LISTEN_FDS": "0"}]
)
def test_there_are_no_sockets_unless_they_are_for_this_process(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert inherited_sockets() == []


@pytest.mark.parametrize(
    ("count", "complaint"), [("two", "not a number of descriptors: 'two'"), ("5000", "descriptor")]
)
def test_wrong_variables_are_an_error(
    count: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LISTEN_FDS", count)
    monkeypatch.setenv("LISTEN_PID", str(os.getpid()))
    with pytest.raises(ValueError, match=complaint):
        inherited_sockets()
