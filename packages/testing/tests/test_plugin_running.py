"""Tests and fixtures on the loop."""

from __future__ import annotations

from typing import Any


def test_the_marker_runs_every_kind_of_function(suite: Any) -> None:
    suite.write(
        test_it="""
    import asyncio

    import pytest
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st
    from tornado import gen
    from tornado.ioloop import IOLoop

    pytestmark = pytest.mark.gen_test
    seen = []


    @pytest.fixture
    def number():
        return 1


    def test_generator(number):
        yield gen.sleep(0)
        assert number == 1


    async def test_coroutine(number, default=2):
        await asyncio.sleep(0)
        assert (number, default) == (1, 2)


    def test_function():
        assert IOLoop.current(instance=False) is not None


    @gen.coroutine
    def test_decorated():
        yield gen.sleep(0)
        seen.append("decorated")


    @pytest.mark.parametrize("value", [1, 2])
    def test_parameters(value, number):
        yield
        seen.append(value + number)


    class TestMethods:
        def setup_method(self):
            self.own = 5

        def test_generator(self, io_loop):
            yield gen.sleep(0)
            assert self.own == 5

        async def test_coroutine(self):
            assert self.own == 5


    @settings(max_examples=5, suppress_health_check=list(HealthCheck), deadline=None)
    @given(value=st.integers())
    async def test_examples(value):
        await asyncio.sleep(0)
        seen.append(value if isinstance(value, int) else 1 / 0)


    def test_what_was_seen():
        assert seen[:3] == ["decorated", 2, 3]
        assert len(seen) == 8


    @pytest.mark.xfail(raises=ZeroDivisionError, strict=True)
    def test_that_fails():
        yield gen.sleep(0)
        1 / 0


    @pytest.mark.gen_test(run_sync=False)
    async def test_among_others(io_loop):
        await asyncio.sleep(0.001)
        assert io_loop.running()


    @pytest.mark.xfail(raises=ZeroDivisionError, strict=True)
    @pytest.mark.gen_test(run_sync=False)
    def test_among_others_that_fails(io_loop):
        yield gen.sleep(0.001)
        1 / 0
"""
    )

    run = suite.run()

    assert run.code == 0, run.output
    assert len(run.outcomes()["passed"]) == 11
    assert len(run.outcomes()["xfail"]) == 2


def test_the_timeouts_of_markers(suite: Any) -> None:
    suite.write(
        test_it="""
    import pytest
    from tornado import gen
    from tornado.ioloop import TimeoutError

    late = pytest.mark.xfail(raises=TimeoutError, strict=True)


    @late
    @pytest.mark.gen_test(timeout=0.05)
    async def test_coroutine():
        await gen.sleep(10)


    @late
    @pytest.mark.gen_test(timeout=0.05)
    def test_generator():
        yield gen.sleep(10)


    @late
    @pytest.mark.gen_test(timeout=0.05, run_sync=False)
    def test_among_others():
        yield gen.sleep(10)


    @late
    @pytest.mark.timeout(seconds=0.05)
    async def test_of_tornasync(io_loop):
        await gen.sleep(10)


    @pytest.mark.gen_test(timeout=5)
    async def test_longer_than_the_option():
        await gen.sleep(0.2)


    @late
    async def test_option(io_loop):
        await gen.sleep(10)


    @late
    @pytest.mark.gen_test
    async def test_option_of_a_marked_test():
        await gen.sleep(10)
"""
    )

    run = suite.run(
        "--strict-markers", "--async-test-timeout", "0.1", "-o", "tornado_leftovers=ignore"
    )
    assert run.code == 0, run.output
    assert (len(run.outcomes()["xfail"]), len(run.outcomes()["passed"])) == (6, 1)

    run = suite.run("-k", "option", "-o", "tornado_leftovers=ignore", ASYNC_TEST_TIMEOUT="0.1")
    assert run.code == 0, run.output
    assert len(run.outcomes()["xfail"]) == 2


def test_coroutine_fixtures_run_on_the_loop_of_the_test(suite: Any) -> None:
    suite.write(
        test_it="""
    import asyncio

    import pytest

    ended = []


    @pytest.fixture
    async def plain():
        await asyncio.sleep(0)
        return asyncio.get_running_loop()


    @pytest.fixture
    async def generator(plain):
        yield plain
        ended.append(asyncio.get_running_loop() is plain)


    async def test_both(plain, generator, io_loop):
        assert plain is generator is io_loop.asyncio_loop is asyncio.get_running_loop()


    def test_a_plain_test(generator, io_loop):
        assert generator is io_loop.asyncio_loop


    def test_the_end():
        assert ended == [True, True]


    class TestMethods:
        @pytest.fixture(autouse=True)
        async def prepare(self, io_loop):
            self.ready = True
            yield
            self.ready = False

        @pytest.fixture
        async def own(self):
            return self

        async def test_it(self, own):
            assert own is self
            assert self.ready


    @pytest.fixture
    async def twice():
        yield 1
        yield 2


    async def test_twice(twice):
        pass
"""
    )

    run = suite.run()

    assert len(run.outcomes()["passed"]) == 5, run.output
    assert run.outcomes()["error"] == ["test_twice"]
    assert "the fixture twice yields more than once" in run.output


def test_a_loop_of_another_kind_is_refused(suite: Any) -> None:
    suite.write(
        test_it="""
    import asyncio

    import pytest


    @pytest.fixture
    def io_loop():
        loop = asyncio.new_event_loop()
        yield loop
        loop.close()


    @pytest.mark.xfail(raises=TypeError, strict=True)
    async def test_it(io_loop):
        pass
"""
    )

    assert suite.run().outcomes() == {"xfail": ["test_it"]}
