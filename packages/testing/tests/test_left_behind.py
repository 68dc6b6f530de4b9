import asyncio
import socket
import unittest
import unittest.mock
import warnings

import pytest

from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.platform.asyncio import AsyncIOMainLoop
from tornado.testing import (
    AsyncHTTPTestCase,
    AsyncTestCase,
    LeftBehindWarning,
    bind_unused_port,
    gen_test,
)
from tornado.web import Application, RequestHandler


async def wait_for_ever():
    await asyncio.Event().wait()


def leave_a_task(case):
    case.io_loop.add_callback(wait_for_ever)
    case.io_loop.add_callback(case.stop)
    case.wait()


def leave_a_timer(case):
    case.io_loop.call_later(60, case.stop)


def leave_a_stream(case):
    listener, port = bind_unused_port()
    stream = IOStream(socket.socket())
    case.io_loop.run_sync(lambda: stream.connect(("127.0.0.1", port)))
    case.kept = stream
    listener.close()


def leave_a_server(case):
    case.kept = HTTPServer(Application())
    case.kept.listen(0, "127.0.0.1")


def leave_a_socket(case):
    case.kept, _ = bind_unused_port()


def leave_a_client(case):
    case.kept = AsyncHTTPClient(force_instance=True)


LEAVE = {
    "task wait_for_ever, which waits in wait_for_ever at": leave_a_task,
    "timer for AsyncTestCase.stop, due in": leave_a_timer,
    "socket ": leave_a_stream,
    "socket on ": leave_a_server,
    "socket on 127.0.0.1:": leave_a_socket,
    "client SimpleAsyncHTTPClient, made": leave_a_client,
}


@pytest.mark.parametrize("text", LEAVE)
@pytest.mark.parametrize("how", [None, "warn", "fail", "ignore", "environment"])
def test_what_is_left_behind_is_named(run, monkeypatch, text, how):
    if how == "environment":
        monkeypatch.setenv("TORNADO_TEST_LEFTOVERS", "fail")
    cases = []

    class Case(AsyncTestCase):
        leftovers = how if how != "environment" else None

        def test(self):
            cases.append(self)
            LEAVE[text](self)

    ran = run(Case)
    kept = getattr(cases[0], "kept", None)
    if hasattr(kept, "close"):
        kept.close()
    if how == "ignore":
        assert ran.is_success
        assert ran.warned == []
        return
    if how in ("fail", "environment"):
        (message,) = ran.failures
        assert ran.warned == []
        assert "LeftBehindError" in message
    else:
        assert ran.is_success
        assert {each.category for each in ran.warnings} == {LeftBehindWarning}
        (message,) = ran.warned
    assert f"Case.test left behind:\n  - {text}" in message
    if LEAVE[text] is not leave_a_task:
        assert f"in {LEAVE[text].__name__} at {__file__}:" in message


def test_a_filter_that_makes_errors_of_warnings_fails_no_suite(run):
    class Case(AsyncTestCase):
        def test(self):
            leave_a_timer(self)

    result = unittest.TestResult()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Case("test").run(result)
    assert result.wasSuccessful()


def test_a_choice_that_does_not_exist_is_an_error(run):
    class Case(AsyncTestCase):
        leftovers = "explode"

        def test(self):
            pass

    assert "leftovers must be 'warn', 'fail' or 'ignore', not 'explode'" in run(Case).errors[0]


@pytest.mark.parametrize("place", ["before", "after", "cleanup"])
def test_what_is_closed_in_the_end_is_not_left_behind(run, place):
    class Case(AsyncTestCase):
        leftovers = "fail"

        def test(self):
            leave_a_socket(self)
            if place == "cleanup":
                self.addCleanup(self.kept.close)

        def tearDown(self):
            if place == "before":
                self.kept.close()
            super().tearDown()
            if place == "after":
                self.kept.close()

    ran = run(Case)
    assert ran.failures == []
    assert ran.warned == []


def test_a_server_that_a_cleanup_stops_is_not_left_behind(run):
    class Case(AsyncTestCase):
        leftovers = "fail"

        def test(self):
            leave_a_server(self)
            self.addCleanup(self.kept.stop)

    assert run(Case).failures == []


def test_a_task_that_is_about_to_end_does_not_fail_a_test(run):
    class Case(AsyncTestCase):
        leftovers = "fail"

        @gen_test
        async def test(self):
            self.task = asyncio.create_task(asyncio.sleep(0.01))

    assert run(Case).is_success


def test_a_test_that_fails_is_not_reported_twice(run):
    class Case(AsyncTestCase):
        leftovers = "fail"

        def test(self):
            leave_a_timer(self)
            self.fail("first")

    ran = run(Case)
    assert len(ran.failures) == 1
    assert "first" in ran.failures[0]


class Slow(RequestHandler):
    async def get(self):
        await asyncio.sleep(0.001)
        self.write("slow")


def test_an_ordinary_test_of_a_server_leaves_nothing(run):
    class Case(AsyncHTTPTestCase):
        leftovers = "fail"

        def get_app(self):
            return Application([("/", Slow)])

        def test(self):
            assert self.fetch("/").body == b"slow"
            self.http_client.fetch(self.get_url("/"), self.stop)
            assert self.wait().body == b"slow"

        @gen_test
        async def test_together(self):
            await asyncio.gather(*(self.http_client.fetch(self.get_url("/")) for _ in range(20)))

    assert run(Case).failures == []
    assert run(Case, "test_together").failures == []


def test_sockets_may_be_replaced_by_a_mock(run):
    class Case(AsyncTestCase):
        leftovers = "fail"

        def setUp(self):
            self.enterContext(unittest.mock.patch("socket.socket"))
            super().setUp()

        def test(self):
            assert isinstance(socket.socket(), unittest.mock.Mock)

        def get_new_ioloop(self):
            return AsyncIOMainLoop(asyncio_loop=kept, make_current=False)

    kept = asyncio.new_event_loop()
    try:
        assert run(Case).is_success
    finally:
        kept.close()
