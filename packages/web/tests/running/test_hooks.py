"""Functions that an application calls before its first request and after its last one."""

from __future__ import annotations

import asyncio
import http.client
import logging
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tornado.httpserver import HTTPServer, Lifespans
from tornado.ioloop import IOLoop
from tornado.netutil import bind_sockets
from tornado.routing import AnyMatches, HostMatches, Rule, RuleRouter
from tornado.web import Application, RequestHandler

MakeSite = Callable[..., Any]


class Events(RequestHandler):
    """Answer with what has happened so far."""

    def get(self) -> None:
        self.write(" ".join(self.settings["events"]))


def recording(events: list[str], **settings: Any) -> Application:
    """Make an application with a list of what its hooks have done."""
    application = Application([("/", Events)], events=events, **settings)

    @application.on_startup
    async def connect(application: Application) -> None:
        await asyncio.sleep(0)
        application.settings["events"].append("connected")

    @application.on_startup
    def fill(application: Application) -> None:
        application.settings["events"].append("filled")

    @application.on_shutdown
    def close(application: Application) -> None:
        application.settings["events"].append("closed")

    @application.on_shutdown
    async def flush(application: Application) -> None:
        await asyncio.sleep(0)
        application.settings["events"].append("flushed")

    return application


def test_hooks_are_called_around_all_requests(site: MakeSite) -> None:
    events: list[str] = []
    running = site(recording(events))
    assert running.fetch("/").text == "connected filled"
    assert running.fetch("/").text == "connected filled"
    running.close()
    assert events == ["connected", "filled", "flushed", "closed"]


def test_hooks_may_be_settings_and_be_appended(site: MakeSite) -> None:
    events: list[str] = []

    class Site(Application):
        def __init__(self) -> None:
            first = [lambda application: events.append("setting")]
            last = [lambda application: events.append("last")]
            super().__init__([("/", Events)], events=events, on_startup=first, on_shutdown=last)
            self.on_startup.append(self.connect)
            self.on_startup.insert(1, lambda application: events.append("inserted"))
            self.on_shutdown += [lambda application: events.append("added")]

        async def connect(self, application: Application) -> None:
            assert application is self
            events.append("method")

    running = site(Site())
    running.fetch("/")
    running.close()
    assert events == ["setting", "inserted", "method", "added", "last"]


async def fetch(port: int) -> str:
    def get() -> str:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/", headers={"Connection": "close"})
        try:
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    return await asyncio.to_thread(get)


def serve(application: Any) -> tuple[HTTPServer, int]:
    server = HTTPServer(application)
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    return server, sockets[0].getsockname()[1]


async def end(server: HTTPServer) -> None:
    server.stop()
    await server.close_all_connections()


def test_clients_wait_until_the_start_is_done() -> None:
    async def main() -> None:
        events: list[str] = []
        application = Application([("/", Events)], events=events)
        may_go = asyncio.Event()

        @application.on_startup
        async def wait(application: Application) -> None:
            await may_go.wait()
            events.append("started")

        server, port = serve(application)
        fetched = asyncio.create_task(fetch(port))
        with socket.create_connection(("127.0.0.1", port)):  # the system accepts connections
            pass
        await asyncio.sleep(0)
        assert not fetched.done()
        may_go.set()
        assert await fetched == "started"
        await end(server)

    asyncio.run(main())


def test_hooks_are_called_once_for_all_servers() -> None:
    async def main() -> None:
        events: list[str] = []
        application = recording(events)
        first, port = serve(application)
        second, other = serve(application)
        more = bind_sockets(0, "127.0.0.1")
        second.add_sockets(more)
        answers = [await fetch(each) for each in (port, other, more[0].getsockname()[1])]
        assert answers == ["connected filled"] * 3
        await end(first)
        assert events == ["connected", "filled"]
        await end(second)
        assert events == ["connected", "filled", "flushed", "closed"]

    asyncio.run(main())


def test_servers_on_other_loops_share_the_start_and_the_end() -> None:
    events: list[str] = []
    application = recording(events)
    opened = threading.Barrier(2, timeout=10)

    async def main() -> None:
        server, port = serve(application)
        await asyncio.to_thread(opened.wait)
        assert await fetch(port) == "connected filled"
        await asyncio.to_thread(opened.wait)
        await end(server)

    threads = [threading.Thread(target=lambda: asyncio.run(main())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert events == ["connected", "filled", "flushed", "closed"]


def test_a_server_on_another_loop_is_stopped_on_its_own_when_the_first_loop_ends() -> None:
    events: list[str] = []
    application = recording(events)
    opened, closed = threading.Event(), threading.Event()

    class Server(HTTPServer):
        async def close_all_connections(self) -> None:
            threads.append(threading.get_ident())
            await super().close_all_connections()
            closed.set()

    threads: list[int] = []

    async def second() -> None:
        sockets = bind_sockets(0, "127.0.0.1")
        Server(application).add_sockets(sockets)
        assert await fetch(sockets[0].getsockname()[1]) == "connected filled"
        opened.set()
        await asyncio.to_thread(closed.wait, 10)

    thread = threading.Thread(target=lambda: asyncio.run(second()))

    async def first() -> None:
        _, port = serve(application)
        assert await fetch(port) == "connected filled"
        thread.start()
        await asyncio.to_thread(opened.wait, 10)

    asyncio.run(first())  # it ends without stopping anything
    thread.join(20)
    assert threads == [thread.ident]
    assert events == ["connected", "filled", "flushed", "closed"]


@pytest.mark.parametrize("how", ["drain", "stop", "close", "nothing"])
def test_the_end_comes_after_the_last_request(how: str) -> None:
    events: list[str] = []

    class Slow(RequestHandler):
        async def get(self) -> None:
            events.append("request")
            begun.set()
            try:
                await may_end.wait()
                self.write("whole")
            finally:
                await asyncio.sleep(0)
                events.append("end of request")

    begun, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    def close(application: Application) -> None:
        events.append("end")
        ended.set()

    async def main() -> None:
        application = Application([("/", Slow)])
        application.on_shutdown(close)
        server, port = serve(application)
        fetched = asyncio.create_task(fetch(port))
        await begun.wait()
        if how == "nothing":
            fetched.cancel()
            return  # asyncio.run() cancels what is left
        if how == "close":
            await end(server)
            with pytest.raises(http.client.HTTPException):
                await fetched
            return
        drained = asyncio.create_task(server.drain(grace=0)) if how == "drain" else None
        if drained is None:
            server.stop()
        await asyncio.sleep(0)
        may_end.set()
        assert await fetched == "whole"
        await ended.wait()

    asyncio.run(main())
    assert events == ["request", "end of request", "end"]


def test_an_application_may_start_again() -> None:
    events: list[str] = []
    application = recording(events)

    async def main() -> None:
        server, port = serve(application)
        await fetch(port)
        await end(server)

    asyncio.run(main())
    asyncio.run(main())
    assert events == ["connected", "filled", "flushed", "closed"] * 2


def test_the_applications_of_a_router_have_hooks_too() -> None:
    events: list[str] = []

    async def main() -> None:
        inner, outer, host = recording(events), Application(), recording(events)
        outer.wildcard_router.add_rules([Rule(AnyMatches(), inner)])
        routes: Any = [Rule(HostMatches("x"), host), Rule(AnyMatches(), outer)]
        server, port = serve(RuleRouter([*routes, Rule(AnyMatches(), inner)]))
        assert await fetch(port) == "connected filled connected filled"
        await end(server)

    asyncio.run(main())
    assert events == ["connected", "filled"] * 2 + ["flushed", "closed"] * 2


def test_a_loop_that_is_driven_by_hand_starts_and_ends_the_application() -> None:
    """Test cases and old programs do this: the server is made before the loop runs."""
    events: list[str] = []
    loop = IOLoop(make_current=True)
    server, port = serve(recording(events))
    assert events == []
    assert loop.run_sync(lambda: fetch(port)) == "connected filled"
    server.stop()
    loop.run_sync(server.close_all_connections)
    loop.close(all_fds=True)
    assert events == ["connected", "filled", "flushed", "closed"]


def test_an_adapter_for_another_server_enters_and_leaves() -> None:
    events: list[str] = []
    application = recording(events)

    async def main() -> None:
        adapter, worker = Lifespans(application), Lifespans(application)
        await adapter.enter()
        assert events == ["connected", "filled"]
        assert worker.enter_nowait()
        await adapter.leave()
        assert events == ["connected", "filled"]
        await worker.leave()

    asyncio.run(main())
    assert events == ["connected", "filled", "flushed", "closed"]


def test_enter_raises_what_went_wrong_and_may_be_called_again() -> None:
    events: list[str] = []
    inner, outer = recording(events), Application()
    outer.wildcard_router.add_rules([Rule(AnyMatches(), inner)])

    @outer.on_startup
    def first(application: Application) -> None:
        events.append("outer")

    @outer.on_shutdown
    def last(application: Application) -> None:
        events.append("end of outer")

    @inner.on_startup
    def fail(application: Application) -> None:
        if events.count("outer") == 1:
            raise ValueError("not yet")

    async def main() -> None:
        users = Lifespans(outer)
        with pytest.raises(ValueError, match="not yet"):
            await users.enter()
        events.append("again")
        await users.enter()
        await users.leave()

    asyncio.run(main())
    begin, finish = ["outer", "connected", "filled"], ["flushed", "closed", "end of outer"]
    assert events == [*begin, "end of outer", "again", *begin, *finish]


def test_a_hook_that_comes_too_late_is_an_error(site: MakeSite) -> None:
    application = Application([("/", Events)], events=[])
    running = site(application)
    for hooks in (application.on_startup, application.on_shutdown):
        for add in (hooks, hooks.append, lambda hook, hooks=hooks: hooks.extend([hook])):
            with pytest.raises(RuntimeError, match=r"print comes too late: .* before listen\(\)"):
                add(print)
    running.close()
    application.on_startup(lambda application: application.settings["events"].append("now"))
    assert site(application).fetch("/").text == "now"


def test_an_error_at_the_end_is_logged_and_the_rest_is_done(
    site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    events: list[str] = []
    application = recording(events)

    @application.on_shutdown
    def broken(application: Application) -> None:
        raise ValueError("at the end")

    running = site(application)
    running.fetch("/")
    running.close()
    assert events == ["connected", "filled", "flushed", "closed"]
    (record,) = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert "on_shutdown: " in record.getMessage()
    assert "broken" in record.getMessage()


def test_stopping_ends_a_start_that_is_under_way() -> None:
    events: list[str] = []

    begun = asyncio.Event()

    async def main() -> None:
        application = Application()

        @application.on_startup
        async def hang(application: Application) -> None:
            events.append("begun")
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                events.append("cancelled")

        application.on_shutdown(lambda application: events.append("ended"))
        server, port = serve(application)
        await begun.wait()
        await end(server)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))

    asyncio.run(main())
    assert events == ["begun", "cancelled"]


def test_names_that_a_subclass_had_before_stay_its_own(site: MakeSite) -> None:
    class Old(Application):
        def on_startup(self, one: int, two: int) -> int:  # type: ignore[override]  # an old program
            return one + two

    class Assigning(Application):
        def __init__(self) -> None:
            super().__init__([("/", Events)], events=["unchanged"])
            self.on_shutdown = None  # type: ignore[assignment]  # an old program

    old = Old([("/", Events)], events=["unchanged"])
    assert old.on_startup(1, 2) == 3
    assert site(old).fetch("/").text == "unchanged"
    assert site(Assigning()).fetch("/").text == "unchanged"
