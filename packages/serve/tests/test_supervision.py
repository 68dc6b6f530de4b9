"""Workers that cannot start, and starts that do not end."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Serve = Callable[..., Any]

PAGE = """\
import os
import pathlib
import threading
import time

from tornado.web import Application, RequestHandler

if pathlib.Path("hang-once").exists():
    pathlib.Path("hang-once").unlink()
    time.sleep(3600)


class Page(RequestHandler):
    def get(self):
        self.write(f"{os.getpid()}")


def start(application):
    if pathlib.Path("database-is-down").exists():
        threading.Thread(target=time.sleep, args=[3600]).start()  # keeps the process from ending
        raise ConnectionError("the database is down")


app = Application([("/", Page)], on_startup=[start])
"""


def children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


@pytest.fixture
def page(write: Any) -> Path:
    path: Path = write("page.py", PAGE)
    return path


@pytest.mark.slow
def test_a_replacement_that_cannot_start_ends_before_the_next_one_starts(
    serve: Serve, page: Path, until: Any
) -> None:
    server = serve("page:app", "--port", "0")
    page.with_name("database-is-down").touch()
    os.kill(int(server.get()[1]), signal.SIGKILL)
    server.wait_for_line("the application did not start")

    most = 0

    def next_has_failed() -> bool:
        nonlocal most
        most = max(most, len(children_of(server.process.pid)))
        return server.log.count("the application did not start: ") == 2

    until(next_has_failed)

    assert most == 1
    assert server.log.count("did not end in time, killing it") == 1
    assert re.findall("worker 0 is started again (.*)", server.log) == ["now", "in 0.25 seconds"]
    page.with_name("database-is-down").unlink()
    server.wait_for_line("worker 0 .* serves")
    assert server.get()[0] == 200


@pytest.mark.slow
def test_a_server_that_cannot_start_ends_although_a_thread_runs(serve: Serve, page: Path) -> None:
    page.with_name("database-is-down").touch()
    server = serve("page:app", "--port", "0", ready=False)

    assert server.process.wait(25) == 1  # sooner than after --drain-timeout


@pytest.mark.parametrize("count", ["1", "2"])
@pytest.mark.slow
def test_workers_are_replaced_while_a_reload_hangs(
    serve: Serve, page: Path, until: Any, count: str
) -> None:
    server = serve("page:app", "--port", "0", "--processes", count)
    hang = page.with_name("hang-once")
    hang.touch()
    server.send_signal(signal.SIGHUP)
    until(lambda: not hang.exists())

    os.kill(int(server.get()[1]), signal.SIGKILL)

    server.wait_for_line("worker . .* serves")
    assert server.get()[0] == 200
    assert "have taken over" not in server.log

    server.send_signal(signal.SIGHUP)
    server.wait_for_line("the new workers have taken over")
    until(lambda: len(children_of(server.process.pid)) == int(count))
    assert server.get()[0] == 200
    assert server.end() == 0


@pytest.mark.parametrize("count", ["1", "2"])
@pytest.mark.slow
def test_a_start_that_hangs_is_given_up(serve: Serve, page: Path, count: str) -> None:
    page.with_name("hang-once").touch()
    options = ["--port", "0", "--processes", count, "--start-timeout", "0.5"]
    server = serve("page:app", *options, ready=False)

    assert server.process.wait(30) == 1
    assert server.log.count("did not start within --start-timeout, killing it") == 1


@pytest.mark.slow
def test_a_reload_that_hangs_is_given_up(serve: Serve, page: Path, until: Any) -> None:
    server = serve("page:app", "--port", "0", "--start-timeout", "10")
    worker = server.get()[1]
    page.with_name("hang-once").touch()

    server.send_signal(signal.SIGHUP)

    server.wait_for_line("the application was not reloaded")
    assert "did not start within --start-timeout" in server.log
    assert server.get() == (200, worker)
    until(lambda: children_of(server.process.pid) == [worker])
