"""An application of ours, served by the command."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import pytest

Serve = Callable[..., Any]


def test_an_application_is_served(serve: Serve) -> None:
    server = serve("hello:app", "--port", "0")

    status, body = server.get()

    assert (status, body.startswith("hello from ")) == (200, True)
    assert int(body.split()[-1]) != server.process.pid
    assert server.end() == 0
    assert "200 GET / (127.0.0.1)" in server.log


@pytest.mark.slow
def test_a_factory_is_called(serve: Serve) -> None:
    server = serve("hello:make_app", "--factory", "--port", "0")

    assert server.get()[0] == 200


@pytest.mark.slow
def test_several_workers_share_a_port(serve: Serve, until: Any) -> None:
    server = serve("hello:app", "--port", "0", "--processes", "3")
    seen = set()

    def all_have_answered() -> bool:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(8) as clients:
            seen.update(clients.map(server.get, ["/busy"] * 16))
        return len(seen) == 3

    until(all_have_answered)
    assert all(status == 200 for status, _ in seen)


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)]
)
def test_a_signal_lets_a_request_finish(serve: Serve, until: Any, number: int) -> None:
    from concurrent.futures import ThreadPoolExecutor

    server = serve("hello:app", "--port", "0", "--processes", "2")
    with ThreadPoolExecutor(1) as client:
        answer = client.submit(server.get, "/slow")
        until((server.folder / "slow-began").exists)
        server.send_signal(number)
        server.wait_for_line(f"{signal.Signals(number).name}: finishing")
        (server.folder / "slow-may-end").touch()

        assert answer.result() == (200, "slow")
    assert server.process.wait(30) == 0


def test_a_worker_that_is_killed_is_replaced(serve: Serve, until: Any) -> None:
    import os

    server = serve("hello:app", "--port", "0")
    before = int(server.get()[1].split()[-1])

    os.kill(before, signal.SIGKILL)

    server.wait_for_line(rf"worker 0 \(pid {before}\) was ended by signal 9")
    after = int(server.get()[1].split()[-1])
    assert after != before
    assert server.end() == 0


@pytest.mark.slow
@pytest.mark.parametrize(("loop", "module"), [("asyncio", "asyncio"), ("uvloop", "uvloop")])
def test_the_loop_is_the_one_that_is_asked_for(
    serve: Serve, write: Any, loop: str, module: str
) -> None:
    if loop == "uvloop":
        pytest.importorskip("uvloop")
    write(
        "looped.py",
        """\
        import asyncio
        from tornado.web import Application, RequestHandler

        class Loop(RequestHandler):
            def get(self):
                self.write(type(asyncio.get_running_loop()).__module__)

        app = Application([("/", Loop)])
        """,
    )
    server = serve("looped:app", "--port", "0", "--loop", loop)

    assert server.get()[1].partition(".")[0] == module


@pytest.mark.slow
def test_a_loop_that_the_import_has_made_is_the_one_that_runs(serve: Serve, write: Any) -> None:
    write(
        "classic.py",
        """\
        from tornado.ioloop import IOLoop
        from tornado.web import Application, RequestHandler

        ran = []
        loop = IOLoop.instance()
        loop.add_callback(ran.append, "callback")

        class Page(RequestHandler):
            def get(self):
                self.write(f"{ran[0]} {loop is IOLoop.current()}")

        application = Application([("/", Page)])
        """,
    )
    server = serve("classic", "--port", "0")

    assert server.get() == (200, "callback True")
    assert server.end() == 0


@pytest.mark.slow
def test_an_application_may_read_its_own_options(serve: Serve, write: Any) -> None:
    write(
        "optional.py",
        """\
        from tornado.options import define, options, parse_command_line
        from tornado.web import Application, RequestHandler

        define("word", default="none")
        parse_command_line()

        class Word(RequestHandler):
            def get(self):
                self.write(options.word)

        app = Application([("/", Word)])
        """,
    )
    server = serve("optional:app", "--port", "0", "--", "--word=given")

    assert server.get() == (200, "given")
