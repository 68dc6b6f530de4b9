import asyncio
import gc
import socket
import unittest
import weakref

import pytest

from tornado import gen
from tornado.httpclient import AsyncHTTPClient
from tornado.ioloop import IOLoop
from tornado.iostream import IOStream
from tornado.platform.asyncio import AsyncIOMainLoop
from tornado.testing import (
    AsyncTestCase,
    bind_unused_port,
)


def test_the_loop_is_the_current_one_during_the_test_and_closed_after_it(run):
    seen = []

    class Case(AsyncTestCase):
        def test(self):
            seen.append(self.io_loop)
            assert IOLoop.current() is self.io_loop
            assert not self.io_loop.running()

    assert run(Case).is_success
    assert seen[0].asyncio_loop.is_closed()
    assert IOLoop.current(instance=False) is None


def test_every_test_has_a_loop_of_its_own(run):
    loops = []

    class Case(AsyncTestCase):
        def test(self):
            loops.append(self.io_loop)

    assert run(Case).is_success
    assert run(Case).is_success
    assert loops[0] is not loops[1]


@pytest.mark.parametrize(
    ("arguments", "keywords", "result"),
    [((), {}, None), ((7,), {}, 7), ((), {"a": 1, "b": 2}, {"a": 1, "b": 2})],
)
def test_wait_returns_what_stop_was_given(run, arguments, keywords, result):
    class Case(AsyncTestCase):
        def test(self):
            self.io_loop.add_callback(self.stop, *arguments, **keywords)
            assert self.wait() == result

    assert run(Case).is_success


def test_stop_before_wait_lets_it_return_at_once(run):
    class Case(AsyncTestCase):
        def test(self):
            self.stop("early")
            assert self.wait() == "early"
            self.io_loop.add_callback(self.stop, "late")
            assert self.wait() == "late"

    assert run(Case).is_success


def test_wait_goes_on_until_its_condition_holds(run):
    class Case(AsyncTestCase):
        def test(self):
            numbers = []

            def count():
                numbers.append(len(numbers))
                self.stop(len(numbers))
                self.io_loop.add_callback(count)

            self.io_loop.add_callback(count)
            assert self.wait(condition=lambda: len(numbers) > 2) >= 3

    assert run(Case).is_success


@pytest.mark.parametrize("by", ["argument", "environment"])
def test_wait_fails_after_its_time(run, monkeypatch, by):
    if by == "environment":
        monkeypatch.setenv("ASYNC_TEST_TIMEOUT", "0.02")

    class Case(AsyncTestCase):
        def test(self):
            self.wait(timeout=0.02 if by == "argument" else None)

    (text,) = run(Case).failures
    assert text.endswith("AssertionError: Async operation timed out after 0.02 seconds\n")


def test_a_wait_without_end_is_possible(run, monkeypatch):
    monkeypatch.setenv("ASYNC_TEST_TIMEOUT", "0.001")

    class Case(AsyncTestCase):
        def test(self):
            self.io_loop.call_later(0.05, self.stop, 1)
            assert self.wait(timeout=0) == 1

    assert run(Case).is_success


def test_the_time_of_one_wait_is_not_that_of_the_next(run):
    class Case(AsyncTestCase):
        def test(self):
            self.io_loop.add_callback(self.stop)
            self.wait(timeout=0.5)
            self.io_loop.call_later(0.7, self.stop, "second")
            assert self.wait(timeout=10) == "second"

    ran = run(Case)
    assert ran.is_success
    assert ran.warned == []


def test_a_loop_that_somebody_else_stops_fails_the_wait(run):
    class Case(AsyncTestCase):
        def test(self):
            self.io_loop.add_callback(self.io_loop.stop)
            self.wait()

    (text,) = run(Case).failures
    assert "the loop was stopped by something other than stop() of the test" in text


def test_stop_takes_one_value_or_a_dict(run):
    class Case(AsyncTestCase):
        def test(self):
            self.stop(1, a=2)

    assert len(run(Case).failures) == 1


# Failures in callbacks.


def test_a_failing_assertion_in_a_callback_fails_the_test_at_once(run, caplog):
    class Case(AsyncTestCase):
        def test(self):
            def check(response):
                self.assertEqual(response.code, 200)  # noqa: PT009 - as classic tests write it
                self.stop()

            AsyncHTTPClient().fetch("http://127.0.0.1:1/", check)
            self.wait(timeout=60)

    (text,) = run(Case).failures
    assert "AssertionError: 599 != 200" in text
    assert caplog.records == []


def test_another_exception_in_a_callback_is_logged_and_the_cause_of_the_timeout(run, caplog):
    class Case(AsyncTestCase):
        def test(self):
            self.io_loop.add_callback(lambda: {}["missing"])
            self.wait(timeout=0.05)

    (text,) = run(Case).failures
    assert "KeyError: 'missing'" in text
    assert "direct cause" in text
    assert text.endswith("Async operation timed out after 0.05 seconds\n")
    assert [record.name for record in caplog.records] == ["tornado.application"]


def test_an_exception_in_a_callback_fails_no_test_that_goes_on(run, caplog):
    class Case(AsyncTestCase):
        def test(self):
            self.io_loop.add_callback(lambda: 1 / 0)
            self.io_loop.add_callback(self.stop)
            self.wait()

    assert run(Case).is_success
    assert "ZeroDivisionError" in caplog.text


def test_a_second_failure_is_logged_in_the_words_that_programs_match(run, caplog):
    class Case(AsyncTestCase):
        def test(self):
            def fail(number):
                self.fail(f"number {number}")

            self.io_loop.add_callback(fail, 1)
            self.io_loop.add_callback(fail, 2)
            self.wait()

    (text,) = run(Case).failures
    assert "AssertionError: number 1" in text
    assert [record.getMessage() for record in caplog.records] == [
        "multiple unhandled exceptions in test"
    ]


# Methods that would never run.


def test_a_generator_without_a_decorator_is_an_error(run):
    class Case(AsyncTestCase):
        def test(self):
            yield

    (text,) = run(Case).errors
    assert (
        "TypeError: Generator and coroutine test methods should be decorated with"
        " tornado.testing.gen_test"
    ) in text


def test_a_coroutine_without_a_decorator_is_an_error(run):
    class Case(AsyncTestCase):
        async def test(self):
            pass

    ran = run(Case)
    assert "should be decorated with tornado.testing.gen_test" in ran.errors[0]
    assert [each.category for each in ran.warnings] == []


def test_a_method_that_returns_something_is_an_error(run):
    class Case(AsyncTestCase):
        def test(self):
            return 42

    assert "ValueError: Return value from test method ignored: 42" in run(Case).errors[0]


def test_a_generator_that_is_skipped_is_no_error(run):
    class Case(AsyncTestCase):
        @unittest.skip("not today")
        def test(self):
            yield

    ran = run(Case)
    assert ran.is_success
    assert ran.skipped == ["not today"]


# Setting up and tearing down.


def test_other_bases_are_set_up_and_torn_down_as_well(run):
    calls = []

    class Other(unittest.TestCase):
        def setUp(self):
            calls.append("setUp")

        def tearDown(self):
            calls.append("tearDown")

    class Case(AsyncTestCase, Other):
        def test(self):
            calls.append("test")

    assert run(Case).is_success
    assert calls == ["setUp", "test", "tearDown"]


def test_tasks_are_cancelled_and_may_handle_it(run, capfd):
    cancelled = []

    async def wait(stop):
        stop()  # the loop ends its round, and this waits by then
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    class Case(AsyncTestCase):
        def test(self):
            self.io_loop.add_callback(wait, self.stop)
            self.wait()

    assert run(Case).is_success
    assert cancelled == [True]
    assert capfd.readouterr().err == ""


@pytest.mark.expected_errors("Exception in callback")
def test_what_a_task_raises_when_it_is_cancelled_is_an_error(run):
    loops = []

    async def wait(stop):
        stop()  # the loop ends its round, and this waits by then
        try:
            await asyncio.Event().wait()
        finally:
            raise KeyError("in the task")

    class Case(AsyncTestCase):
        def test(self):
            loops.append(self.io_loop.asyncio_loop)
            self.io_loop.add_callback(wait, self.stop)
            self.wait()

    assert "KeyError: 'in the task'" in run(Case).errors[0]
    assert loops[0].is_closed()


def test_sockets_on_the_loop_are_closed_with_it(run):
    socks = []

    class Case(AsyncTestCase):
        def test(self):
            listener, port = bind_unused_port()
            stream = IOStream(socket.socket())
            self.io_loop.run_sync(lambda: stream.connect(("127.0.0.1", port)))
            socks.append((stream, stream.socket))
            listener.close()

    assert run(Case).is_success
    ((stream, sock),) = socks
    assert stream.closed()
    assert sock.fileno() == -1


def test_a_loop_is_closed_when_setting_up_fails(run):
    loops = []

    class Case(AsyncTestCase):
        def setUp(self):
            super().setUp()
            loops.append(self.io_loop.asyncio_loop)
            raise KeyError("in setUp")

        def test(self):
            pass

    ran = run(Case)
    assert "KeyError: 'in setUp'" in ran.errors[0]
    assert loops[0].is_closed()
    assert ran.warned == []


def test_a_case_is_freed_without_the_collector():
    class Case(AsyncTestCase):
        def test(self):
            self.io_loop.add_callback(self.stop)
            self.wait()

    gc.disable()
    try:
        case = Case("test")
        assert case.run().wasSuccessful()
        kept = weakref.ref(case)
        del case
        assert kept() is None
    finally:
        gc.enable()


def test_the_main_loop_of_the_process_stays_open(run):
    main = IOLoop(make_current=False)
    main.install()
    try:

        class Case(AsyncTestCase):
            def get_new_ioloop(self):
                return IOLoop.instance()

            def test(self):
                assert self.io_loop is main
                self.io_loop.add_callback(self.stop)
                self.wait()

        assert run(Case).is_success
        assert run(Case).is_success
        assert not main.asyncio_loop.is_closed()
    finally:
        IOLoop.clear_instance()
        main.close()


def test_a_loop_of_asyncio_stays_open(run):
    asyncio_loop = asyncio.new_event_loop()
    try:

        class Case(AsyncTestCase):
            def get_new_ioloop(self):
                return AsyncIOMainLoop(asyncio_loop=asyncio_loop, make_current=False)

            def test(self):
                self.io_loop.run_sync(gen.coroutine(lambda: None))

        assert run(Case).is_success
        assert not asyncio_loop.is_closed()
    finally:
        asyncio_loop.close()
