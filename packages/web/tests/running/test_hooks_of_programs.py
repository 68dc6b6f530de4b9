"""Programs whose applications have hooks, and how they end."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tornado.netutil import bind_sockets

HEAD = """
import asyncio, os, sys
from tornado import ioloop, log, web
from tornado.httpserver import HTTPServer

log.enable_pretty_logging()
uvloop = sys.argv[1] == "uvloop"

def say(*words):
    print(*words, flush=True)

class Slow(web.RequestHandler):
    async def get(self):
        say("request")
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            say("end of request")

application = web.Application([("/slow", Slow), ("/", web.ErrorHandler, {"status_code": 404})])

@application.on_startup
async def start(application):
    await asyncio.sleep(0)
    say("start", os.getpid())

@application.on_shutdown
async def end(application):
    await asyncio.sleep(0.01)
    say("end", os.getpid())

port = int(sys.argv[2])
"""

ENDS = {
    "asyncio.run": """
async def main():
    application.listen(port, "127.0.0.1")
    await asyncio.Event().wait()

if uvloop:
    import uvloop
    uvloop.run(main())
else:
    asyncio.run(main())
""",
    "run_sync": """
async def main():
    application.listen(port, "127.0.0.1")
    await asyncio.Event().wait()

ioloop.IOLoop.current().run_sync(main)
""",
    "start": """
application.listen(port, "127.0.0.1")
ioloop.IOLoop.current().start()
""",
    "fork": """
server = HTTPServer(application)
server.bind(port, "127.0.0.1")
server.start(2)
ioloop.IOLoop.current().start()
""",
}
LOOPS = ["asyncio", *(["uvloop"] if find_spec("uvloop") else [])]


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    started: list[subprocess.Popen[str]] = []

    def start(text: str, loop: str = "asyncio") -> tuple[Any, int]:
        (tmp_path / "site.py").write_text(text)
        port = bind_sockets(0, "127.0.0.1")[0]
        number = port.getsockname()[1]
        port.close()
        command = [sys.executable, "-I", str(tmp_path / "site.py"), loop, str(number)]
        pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        started.append(subprocess.Popen(command, start_new_session=True, **pipes))
        return started[-1], number

    yield start
    for each in started:
        if each.poll() is None:
            os.killpg(each.pid, signal.SIGKILL)
        each.communicate()


def wait_until_asleep(pid: int) -> None:
    """Wait until the loop of a process is idle, so that a signal interrupts nothing else."""
    status = Path(f"/proc/{pid}/stat")
    if not status.exists():
        pytest.skip("needs a system that tells what a process does")
    end = time.monotonic() + 10
    while status.read_text().rpartition(")")[2].split()[0] != "S" and time.monotonic() < end:
        time.sleep(0.001)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("way", ["asyncio.run", "run_sync", "start"])
def test_ctrl_c_ends_the_application_too(program: Any, way: str, loop: str) -> None:
    process, port = program(HEAD + ENDS[way], loop)
    assert process.stdout.readline().startswith("start ")
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        assert process.stdout.readline() == "request\n"
        wait_until_asleep(process.pid)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=20)
    lines = output.splitlines()
    assert lines == ["end of request", f"end {process.pid}"]
    assert process.returncode == -signal.SIGINT
    assert "never" not in errors
    assert "pending" not in errors


def test_each_forked_process_has_a_start_and_an_end_of_its_own(program: Any) -> None:
    process, port = program(HEAD + ENDS["fork"])
    started = {process.stdout.readline() for _ in range(2)}
    assert len(started) == 2
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/")
    assert connection.getresponse().status == 404
    connection.close()
    for line in started:
        wait_until_asleep(int(line.split()[1]))
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=20)
    ended = {line for line in output.splitlines() if line.startswith("end ")}
    assert {line.split()[1] for line in ended} == {line.split()[1] for line in started}
    assert str(process.pid) not in output


EXITING = """
@application.on_startup
async def refuse(application):
    await asyncio.sleep(0)
    raise SystemExit("no database")
"""

FAILING = """
@application.on_startup
async def connect(application):
    raise ConnectionRefusedError("no database")

application.listen(0, "127.0.0.1")
"""


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("way", ["asyncio.run", "run_sync", "start"])
def test_a_start_that_fails_ends_the_program_with_one_message(
    program: Any, way: str, loop: str
) -> None:
    failing = FAILING if way == "start" else FAILING.replace("application.listen", "lambda *_: ")
    process, port = program(HEAD + failing + ENDS[way], loop)
    output, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert output == f"start {process.pid}\n"
    head, *trace = errors.splitlines()
    assert "the application did not start: ConnectionRefusedError('no database')" in head
    assert head.startswith("[E ")
    assert errors.count("Traceback") == 1
    assert trace[-1].strip() == "ConnectionRefusedError: no database"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_forked_processes_that_cannot_start_are_not_started_again(program: Any) -> None:
    process, port = program(HEAD + FAILING.replace("application.listen", "print") + ENDS["fork"])
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 78
    assert 1 <= errors.count("the application did not start") <= 2
    assert errors.count("could not start, ending the others") == 1
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("way", ["asyncio.run", "run_sync", "start"])
def test_a_start_may_exit_with_a_message_of_its_own(program: Any, way: str, loop: str) -> None:
    process, port = program(HEAD + EXITING + ENDS[way], loop)
    output, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (1, "no database\n")
    assert output == f"start {process.pid}\n"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_forked_processes_that_exit_at_the_start_are_not_started_again(program: Any) -> None:
    process, _ = program(HEAD + EXITING + ENDS["fork"])
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 78
    assert "the application did not start: SystemExit('no database')" in errors
    assert errors.count("could not start, ending the others") == 1
