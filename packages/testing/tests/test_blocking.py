import asyncio
import time

import pytest

from tornado.testing import (
    AsyncTestCase,
    gen_test,
)


@pytest.mark.parametrize("way", ["attribute", "environment"])
def test_a_callback_that_holds_the_loop_fails_the_test(run, monkeypatch, way):
    if way == "environment":
        monkeypatch.setenv("TORNADO_TEST_BLOCKING", "0.05")

    class Case(AsyncTestCase):
        blocking_threshold = 0.05 if way == "attribute" else None

        @gen_test
        async def test(self):
            end = time.monotonic() + 0.3
            while time.monotonic() < end:
                time.sleep(0.01)  # noqa: ASYNC251 - what the test is about

    # A machine that stops the process in between keeps the watch from seeing enough.
    (text,) = run(Case).failures or run(Case).failures or run(Case).failures
    assert "test blocked the loop for 0." in text
    assert f"at {__file__}:" in text


def test_a_test_that_waits_does_not_hold_the_loop(run, caplog):
    class Case(AsyncTestCase):
        blocking_threshold = 5

        @gen_test
        async def test(self):
            await asyncio.sleep(0.1)

    assert run(Case).is_success


def test_a_threshold_that_is_no_number_is_an_error(run, monkeypatch):
    monkeypatch.setenv("TORNADO_TEST_BLOCKING", "often")

    class Case(AsyncTestCase):
        def test(self):
            pass

    assert "TORNADO_TEST_BLOCKING must be a number of seconds, not 'often'" in run(Case).errors[0]
