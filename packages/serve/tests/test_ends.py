"""How servers and their workers end."""

from __future__ import annotations

import fcntl
import http.client
import os
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

Serve = Callable[..., Any]


#: An application that cannot do what it has to do before the first request.
FAILING_START = """\
from tornado.web import Application

def fail(application):
    raise RuntimeError('no database')

app = Application(on_startup=[fail])
"""


def is_alive(pid: int) -> bool:
    with suppress(OSError):
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z"
    return False


def worker_of(server: Any) -> int:
    return int(server.get()[1].split()[-1])


@pytest.mark.slow
def test_a_second_signal_ends_at_once(serve: Serve, until: Any) -> None:
    server = serve("hello:app", "--port", "0")
    worker = worker_of(server)
    with ThreadPoolExecutor(1) as client:
        answer = client.submit(server.get, "/slow")
        until((server.folder / "slow-began").exists)
        server.send_signal(signal.SIGINT)
        server.wait_for_line("SIGINT: finishing")
        time.sleep(0.6)  # a signal that comes sooner is taken for the same one
        server.send_signal(signal.SIGINT)

        assert server.process.wait(30) == 128 + signal.SIGINT
        assert answer.exception() is not None
    until(lambda: not is_alive(worker))


@pytest.mark.slow
def test_requests_that_take_too_long_are_cut_off(serve: Serve, until: Any) -> None:
    server = serve("hello:app", "--port", "0", "--drain-timeout", "0.2")
    with ThreadPoolExecutor(1) as client:
        answer = client.submit(server.get, "/slow")
        until((server.folder / "slow-began").exists)

        assert server.end() == 0
        assert answer.exception() is not None
    assert "worker 0: cut off 1 requests that took longer than --drain-timeout" in server.log


@pytest.mark.slow
def test_workers_end_when_their_master_is_killed(serve: Serve, until: Any) -> None:
    server = serve("hello:app", "--port", "0")
    worker = worker_of(server)

    server.process.kill()

    until(lambda: not is_alive(worker))


@pytest.mark.slow
def test_a_worker_that_is_terminated_finishes_its_request_and_is_replaced(
    serve: Serve, until: Any
) -> None:
    server = serve("hello:app", "--port", "0")
    worker = worker_of(server)
    with ThreadPoolExecutor(1) as client:
        answer = client.submit(server.get, "/slow")
        until((server.folder / "slow-began").exists)
        os.kill(worker, signal.SIGTERM)
        until(lambda: not listens(worker))
        (server.folder / "slow-may-end").touch()

        assert answer.result() == (200, "slow")
    server.wait_for_line(rf"worker 0 \(pid {worker}\) exited with status 0")
    assert worker_of(server) != worker


def listens(pid: int) -> bool:
    """Return whether a process has a listening TCP socket."""
    with suppress(OSError):
        rows = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
        listening = {f"socket:[{row.split()[9]}]" for row in rows if row.split()[3] == "0A"}
        found = {os.readlink(each) for each in Path(f"/proc/{pid}/fd").iterdir()}
        return bool(listening & found)
    return False


@pytest.mark.slow
def test_all_workers_come_back_under_their_numbers(serve: Serve, write: Any, until: Any) -> None:
    write(
        "numbered.py",
        """\
        import os
        import time
        from tornado.serve import worker_number
        from tornado.web import Application, RequestHandler

        class Number(RequestHandler):
            def get(self):
                time.sleep(0.02)
                self.write(f"{worker_number()} {os.getpid()}")

        app = Application([("/", Number)])
        """,
    )
    server = serve("numbered:app", "--port", "0", "--processes", "2")
    seen: dict[str, set[str]] = {"0": set(), "1": set()}

    def ask(wanted: int) -> bool:
        with ThreadPoolExecutor(8) as clients:
            for _, body in clients.map(server.get, ["/"] * 16):
                number, pid = body.split()
                seen[number].add(pid)
        return all(len(pids) >= wanted for pids in seen.values())

    until(lambda: ask(1))
    for pids in seen.values():
        os.kill(int(*pids), signal.SIGKILL)
    until(lambda: ask(2))
    assert [len(pids) for pids in seen.values()] == [2, 2]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("raise RuntimeError('no')", "page:app cannot be imported: RuntimeError: no"),
        ("import sys; sys.exit(3)", "page:app cannot be imported: SystemExit: 3"),
        ("app = 3", "'page:app' is not an application, but 3"),
        ("import os; os._exit(7)", "exited with status 7"),
        (
            FAILING_START,
            "the application did not start: RuntimeError('no database')",
        ),
    ],
)
@pytest.mark.parametrize("options", [[], ["--processes", "2"]], ids=["one", "two"])
@pytest.mark.slow
def test_an_application_that_cannot_start_ends_the_server(
    serve: Serve, write: Any, source: str, message: str, options: list[str]
) -> None:
    write("page.py", source)
    server = serve("page:app", "--port", "0", *options, ready=False)

    assert server.process.wait(30) == 1
    assert message in server.log
    assert "serving" not in server.log


@pytest.mark.slow
def test_the_application_is_started_and_ended_once_in_each_worker(serve: Serve, write: Any) -> None:
    write(
        "page.py",
        """\
        import os
        from tornado.web import Application

        def note(what):
            def write(application):
                with open("notes", "a") as file:
                    file.write(f"{what} {os.getpid()}\\n")
            return write

        app = Application(on_startup=[note("start")], on_shutdown=[note("end")])
        """,
    )
    server = serve("page:app", "--port", "0", "--processes", "2")
    assert server.end() == 0

    notes = (server.folder / "notes").read_text().split()
    assert sorted(notes[::2]) == ["end", "end", "start", "start"]
    assert len(set(notes[1::2])) == 2


@pytest.mark.slow
def test_the_number_of_the_master_is_in_the_file(serve: Serve, folder: Path) -> None:
    server = serve("hello:app", "--port", "0", "--pid-file", "pid")

    assert (folder / "pid").read_text() == f"{server.process.pid}\n"
    assert server.end() == 0
    assert not (folder / "pid").exists()


@pytest.mark.slow
def test_the_file_of_a_server_that_runs_is_not_overwritten(serve: Serve, folder: Path) -> None:
    server = serve("hello:app", "--port", "0", "--pid-file", "pid")
    other = serve("hello:app", "--port", "0", "--pid-file", "pid", log="other-log", ready=False)

    assert other.process.wait(30) == 1
    assert f"is that of a server that runs (pid {server.process.pid})" in other.log
    assert (folder / "pid").read_text() == f"{server.process.pid}\n"
    server.kill()
    serve("hello:app", "--port", "0", "--pid-file", "pid")  # the file is left over
    assert (folder / "pid").read_text() != f"{server.process.pid}\n"


@pytest.mark.slow
def test_the_file_may_hold_the_number_of_another_program(serve: Serve, folder: Path) -> None:
    with subprocess.Popen(["sleep", "600"]) as other:
        (folder / "pid").write_text(str(other.pid))
        try:
            server = serve("hello:app", "--port", "0", "--pid-file", "pid")
        finally:
            other.kill()
    assert (folder / "pid").read_text() == f"{server.process.pid}\n"


@pytest.mark.parametrize("redirection", [">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.slow
def test_standard_streams_may_be_closed(
    serve: Serve, folder: Path, free_port: int, until: Any, redirection: str
) -> None:
    command = f"exec '{sys.executable}' -m tornado.serve hello:app --port {free_port} {redirection}"
    with subprocess.Popen(["sh", "-c", command], cwd=folder) as process:

        def target_of_output() -> str | None:
            with suppress(OSError):
                connection = http.client.HTTPConnection("127.0.0.1", free_port, timeout=30)
                connection.request("GET", "/")
                pid = connection.getresponse().read().split()[-1].decode()
                connection.close()
                return os.readlink(f"/proc/{pid}/fd/{1 if redirection == '>&-' else 2}")
            return None

        try:
            assert until(target_of_output) == os.devnull
            process.terminate()
            assert process.wait(30) == 0
        finally:
            process.kill()


#: Runs the command where no process can be started.
WITHOUT_FORKS = """\
import errno, os, sys

def fail():
    raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

os.fork = fail
from tornado.serve import main
sys.exit(main(["hello:app", "--port", "0", "--pid-file", "pid", "--unix", "web.sock"]))
"""


def test_a_process_that_cannot_be_forked_ends_the_start(folder: Path) -> None:
    command = [sys.executable, "-c", WITHOUT_FORKS]

    result = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=50, check=False
    )

    assert result.returncode == 1
    assert "cannot start a process: [Errno 11] Resource temporarily unavailable" in result.stderr
    assert sorted(each.name for each in folder.iterdir()) == ["hello.py"]


@pytest.mark.slow
@pytest.mark.parametrize("is_kept", [False, True], ids=["alone", "nohup"])
def test_a_server_ends_with_its_terminal_unless_it_is_to_outlive_it(
    serve: Serve, is_kept: bool
) -> None:
    controller, terminal = os.openpty()

    def begin() -> None:
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
        if is_kept:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

    server = serve("hello:app", "--port", "0", preexec_fn=begin)
    os.close(terminal)

    os.close(controller)

    if is_kept:
        server.wait_for_line("the new workers have taken over")
        assert server.get()[0] == 200
    else:
        server.wait_for_line("SIGHUP: finishing")
        assert server.process.wait(30) == 0
