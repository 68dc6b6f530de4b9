import asyncio
import unittest
import warnings
from typing import NamedTuple

import pytest

from tornado.ioloop import IOLoop


@pytest.fixture(params=["asyncio", "uvloop"])
def loop(request):
    """A loop of each implementation that is installed, closed after the test."""
    if request.param == "uvloop":
        pytest.importorskip("uvloop")
    made = IOLoop(make_current=False, uvloop=request.param == "uvloop")
    asyncio.set_event_loop(made.asyncio_loop)
    yield made
    if not made.asyncio_loop.is_closed():
        tasks = asyncio.all_tasks(made.asyncio_loop)
        for task in tasks:
            task.cancel()
        made.run_sync(lambda: asyncio.gather(*tasks, return_exceptions=True))
        made.close(all_fds=True)
    asyncio.set_event_loop(None)


class Ran(NamedTuple):
    """What came of one run of a test case."""

    errors: list[str]
    failures: list[str]
    skipped: list[str]
    warnings: list[warnings.WarningMessage]

    @property
    def is_success(self):
        return not self.errors and not self.failures

    @property
    def warned(self):
        return [str(each.message) for each in self.warnings]


@pytest.fixture
def run():
    """Return a function that runs one test of a test case, and does not care for filters."""

    def run_one(case, name="test"):
        result = unittest.TestResult()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            case(name).run(result)
        assert result.testsRun == 1
        return Ran(
            [text for _, text in result.errors],
            [text for _, text in result.failures],
            [text for _, text in result.skipped],
            caught,
        )

    return run_one


@pytest.fixture(autouse=True)
def no_choice(monkeypatch):
    """Keep what the developer has chosen out of the tests."""
    for name in ("ASYNC_TEST_TIMEOUT", "TORNADO_TEST_LEFTOVERS", "TORNADO_TEST_BLOCKING"):
        monkeypatch.delenv(name, raising=False)
