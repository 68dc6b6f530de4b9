import asyncio
import contextlib
import inspect
import traceback

import pytest

from tornado import gen
from tornado.testing import AsyncTestCase, gen_test


class Case(AsyncTestCase):
    leftovers = "fail"


def passes(run, case):
    ran = run(case)
    assert ran.errors == []
    assert ran.failures == []


def test_native_coroutines_generators_and_functions_are_run(run):
    done = []

    class All(Case):
        def test(self):
            @gen_test
            async def native(self):
                await asyncio.sleep(0)
                done.append("native")

            @gen_test
            def generator(self):
                yield gen.moment
                done.append("generator")

            @gen_test
            def function(self):
                done.append("function")

            for each in (native, generator, function):
                assert each(self) is None

    passes(run, All)
    assert done == ["native", "generator", "function"]


def test_the_loop_runs_during_the_test(run):
    class One(Case):
        @gen_test
        async def test(self):
            assert asyncio.get_running_loop() is self.io_loop.asyncio_loop

    passes(run, One)


def test_arguments_and_the_result_are_handed_on(run):
    class One(Case):
        def test(self):
            @gen_test
            async def native(self, a, *, b):
                return (a, b)

            @gen_test
            def generator(self, *args, **kwargs):
                yield gen.moment
                return (args, kwargs)

            assert native(self, 1, b=2) == (1, 2)
            assert generator(self, 1, b=2) == ((1,), {"b": 2})

    passes(run, One)


def test_a_test_says_its_own_name_and_signature():
    @gen_test(timeout=3)
    async def test_something(self, a):
        """Say something."""

    assert test_something.__name__ == "test_something"
    assert test_something.__doc__ == "Say something."
    assert list(inspect.signature(test_something).parameters) == ["self", "a"]
    assert not inspect.iscoroutinefunction(test_something)


@pytest.mark.parametrize("way", ["argument", "environment"])
@pytest.mark.parametrize("kind", ["native", "generator"])
def test_a_test_that_takes_too_long_fails_and_says_where_it_was(run, monkeypatch, way, kind):
    if way == "environment":
        monkeypatch.setenv("ASYNC_TEST_TIMEOUT", "0.25")
    decorate = gen_test(timeout=0.25) if way == "argument" else gen_test
    texts = []

    async def inner():
        await gen.sleep(60)

    @decorate
    async def native(self):
        await inner()

    @decorate
    def generator(self):
        yield gen.sleep(60)

    class One(AsyncTestCase):
        leftovers = "ignore"

        def test(self):
            with pytest.raises(TimeoutError, match=r"peration timed out after 0\.25 s") as caught:
                {"native": native, "generator": generator}[kind](self)
            texts.append("".join(traceback.format_exception(caught.value)))

    passes(run, One)
    assert "gen.sleep(60)" in texts[0]
    assert "the test was waiting here:\n" in texts[0]
    assert ("await inner()" in texts[0]) == (kind == "native")


def test_an_argument_wins_over_the_environment(run, monkeypatch):
    monkeypatch.setenv("ASYNC_TEST_TIMEOUT", "0.001")

    class One(Case):
        @gen_test(timeout=30)
        async def test(self):
            await asyncio.sleep(0.05)

    passes(run, One)


def test_a_test_cannot_swallow_the_end_of_its_time(run):
    class One(AsyncTestCase):
        @gen_test(timeout=0.25)
        async def test(self):
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(60)

    (text,) = run(One).errors
    assert "TimeoutError: operation timed out after 0.25 seconds" in text
    assert "await asyncio.sleep(60)" in text


def test_an_exception_after_the_end_of_time_is_the_tests_own(run):
    class One(AsyncTestCase):
        @gen_test(timeout=0.25)
        async def test(self):
            try:
                await asyncio.sleep(60)
            finally:
                raise KeyError("while cleaning up")

    (text,) = run(One).errors
    assert "KeyError: 'while cleaning up'" in text


@pytest.mark.parametrize("kind", ["native", "generator", "function"])
def test_exceptions_are_raised_as_they_are(run, kind):
    @gen_test
    async def native(self):
        raise KeyError(kind)

    @gen_test
    def generator(self):
        yield gen.moment
        raise KeyError(kind)

    @gen_test
    def function(self):
        raise KeyError(kind)

    class One(Case):
        def test(self):
            with pytest.raises(KeyError, match=kind):
                {"native": native, "generator": generator, "function": function}[kind](self)

    passes(run, One)


def test_the_class_may_have_any_loop():
    from tornado.ioloop import IOLoop

    class Anything:
        io_loop = IOLoop(make_current=False)

        @gen_test
        async def run(self):
            await asyncio.sleep(0)
            return 7

    try:
        assert Anything().run() == 7
    finally:
        Anything.io_loop.close()
