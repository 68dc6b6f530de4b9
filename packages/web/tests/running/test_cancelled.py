"""Requests that are running when Ctrl-C ends the program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")

PROGRAM = """
import asyncio, os, signal, socket, sys, threading
from tornado import gen
from tornado.ioloop import IOLoop
from tornado.log import enable_pretty_logging
from tornado.web import Application, RequestHandler, stream_request_body

enable_pretty_logging()
how, paths = sys.argv[1], sys.argv[2:]
if how.startswith("uvloop"):
    import uvloop
under_way = []

def begin():
    under_way.append(1)
    if len(under_way) == len(paths):
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()

class Slow(RequestHandler):
    async def get(self):
        begin()
        await asyncio.sleep(60)

class Begun(RequestHandler):
    async def get(self):
        self.set_status(206)
        await self.flush()
        begin()
        await asyncio.sleep(60)

class InPrepare(RequestHandler):
    async def prepare(self):
        begin()
        await asyncio.sleep(60)

class Generator(RequestHandler):
    @gen.coroutine
    def get(self):
        begin()
        yield gen.sleep(60)

@stream_request_body
class Upload(RequestHandler):
    async def data_received(self, chunk):
        begin()
        await asyncio.sleep(60)

    def post(self):
        pass

async def main():
    handlers = {"/slow": Slow, "/begun": Begun, "/prepare": InPrepare, "/gen": Generator,
                "/upload": Upload}
    server = Application(list(handlers.items())).listen(0, "127.0.0.1")
    (listener,) = server._sockets.values()
    for path in paths:
        client = socket.create_connection(listener.getsockname())
        method = "POST" if path == "/upload" else "GET"
        client.sendall(f"{method} {path} HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 3\\r\\n\\r\\nabc".encode())
        clients.append(client)
    await asyncio.Event().wait()

clients = []
try:
    if how == "asyncio.run":
        asyncio.run(main())
    elif how == "uvloop.run":
        uvloop.run(main())
    elif how == "run_sync":
        IOLoop.current().run_sync(main)
    else:
        IOLoop.current().add_callback(main)
        IOLoop.current().start()
except KeyboardInterrupt:
    print("interrupted")
if how.endswith(".run"):
    for client in clients:
        client.settimeout(10)
        print(client.recv(65536).partition(b"\\r\\n")[0].decode())
"""

ALL = ["/slow", "/begun", "/prepare", "/gen", "/upload"]


def interrupted(folder: Path, how: str, *paths: str) -> tuple[list[str], list[str]]:
    """Run the program until it interrupts itself; return its log, and what the clients got."""
    program = folder / "program.py"
    program.write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, str(program), how, *paths],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    first_line, *answers = done.stdout.splitlines()
    assert first_line == "interrupted", done.stderr
    assert done.returncode == 0
    return done.stderr.splitlines(), answers


@pytest.mark.parametrize("path", ALL)
@pytest.mark.parametrize("how", ["asyncio.run", "uvloop.run"])
def test_ctrl_c_is_one_line_per_request_that_says_what_was_sent(
    tmp_path: Path, how: str, path: str
) -> None:
    if how == "uvloop.run":
        pytest.importorskip("uvloop")
    (line,), (answer,) = interrupted(tmp_path, how, path)
    request = f"{'POST' if path == '/upload' else 'GET'} {path} (127.0.0.1)"
    if path == "/begun":
        assert answer == "HTTP/1.1 206 Partial Content"
        assert f"cancelled {request} after " in line
        assert line.endswith("its response 206 was cut off")
    else:
        assert answer == "HTTP/1.1 500 Internal Server Error"
        assert f"500 {request} " in line


def test_several_requests_are_a_line_each(tmp_path: Path) -> None:
    lines, answers = interrupted(tmp_path, "asyncio.run", *ALL, "/slow")
    assert len(lines) == len(answers) == 6
    assert sum("cancelled " in line for line in lines) == 1
    assert sum("500 " in line for line in lines) == 5


@pytest.mark.parametrize("how", ["start", "run_sync"])
def test_ctrl_c_of_a_loop_that_is_not_run_by_asyncio_cancels_nothing(
    tmp_path: Path, how: str
) -> None:
    assert interrupted(tmp_path, how, *ALL) == ([], [])
