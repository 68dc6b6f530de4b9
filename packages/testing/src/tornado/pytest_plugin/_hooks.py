"""What pytest calls.

These hooks are called for every test on a machine that has this plugin, and most tests have nothing
to do with Tornado. So a hook decides quickly, and imports the code that does the work only if it is
needed.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest

from ._options import add_markers, add_options, take_timeouts
from ._ownership import (
    is_asynchronous_fixture,
    is_coroutine,
    is_our_fixture,
    is_ours,
    is_ours_to_run,
)

if TYPE_CHECKING:
    from collections.abc import Generator

#: The function of a test while it is hidden.
_hidden = pytest.StashKey[Any]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add our options."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Add our markers and fixtures."""
    add_markers(config)
    from . import _fixtures

    _fixtures.take_application_from(config.getoption("app_fixture"))
    config.pluginmanager.register(_fixtures, "tornado-fixtures")
    # pytest-base-url has a fixture of this name with another scope, which other plugins build on.
    if not config.pluginmanager.hasplugin("base_url"):
        from . import _base_url

        config.pluginmanager.register(_base_url, "tornado-base-url")


# Collection.


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class, name: str, obj: object
) -> list[pytest.Item] | None:
    """Collect generator functions that have our marker, which pytest refuses."""
    if (
        inspect.isgeneratorfunction(obj)
        and collector.istestfunction(obj, name)
        and _is_marked(collector, obj)
    ):
        return list(collector._genfunctions(name, obj))
    return None


def _is_marked(collector: pytest.Collector, function: object) -> bool:
    own = getattr(function, "pytestmark", ())
    return collector.get_closest_marker("gen_test") is not None or any(
        mark.name == "gen_test" for mark in own
    )


@pytest.hookimpl(specname="pytest_pycollect_makeitem", wrapper=True, trylast=True)
def pytest_pycollect_makeitem_hide() -> Generator[None, Any, Any]:
    """Hide the functions of our coroutine tests before other plugins look at the collected items."""
    collected = yield
    for item in _functions(collected):
        if is_coroutine(item.obj) and is_ours(item):
            item.stash[_hidden] = item.obj
            item.obj = _hide
    return collected


@pytest.hookimpl(specname="pytest_pycollect_makeitem", wrapper=True, tryfirst=True)
def pytest_pycollect_makeitem_show() -> Generator[None, Any, Any]:
    """Show these functions again after all other plugins have looked."""
    collected = yield
    for item in _functions(collected):
        if _hidden in item.stash:
            item.obj = item.stash[_hidden]
            del item.stash[_hidden]
    return collected


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep pytest-timeout, where it is installed, from refusing the marker of pytest-tornasync."""
    if "timeout" in item.keywords and item.config.pluginmanager.hasplugin("timeout"):
        take_timeouts(item)


def _functions(collected: Any) -> list[pytest.Function]:
    several = collected if isinstance(collected, list) else [collected]
    return [each for each in several if isinstance(each, pytest.Function)]


def _hide() -> None:
    """Replace a coroutine function that pytest-asyncio would otherwise run itself."""


# The run.


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give each of our tests a loop."""
    if (
        isinstance(item, pytest.Function)
        and "io_loop" not in item.fixturenames
        and is_ours_to_run(item)
    ):
        item.fixturenames.append("io_loop")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    """Run coroutine fixtures on the loop."""
    function = fixturedef.func
    if not is_asynchronous_fixture(function) or not _is_our_fixture(fixturedef, request):
        return (yield)
    from ._running import synchronous_fixture

    changeable: Any = fixturedef
    changeable.func = synchronous_fixture(function, request)
    try:
        return (yield)
    finally:
        changeable.func = function


def _is_our_fixture(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> bool:
    item: Any = request._pyfuncitem
    return isinstance(item, pytest.Function) and is_our_fixture(fixturedef, item)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run coroutine tests on the loop."""
    if not is_ours_to_run(pyfuncitem):
        return None
    from ._running import run_test

    run_test(pyfuncitem)
    return True


@pytest.hookimpl(specname="pytest_pyfunc_call", wrapper=True, tryfirst=True)
def pytest_pyfunc_call_watch(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    """Check what a test does to its loop, and what it leaves."""
    if "io_loop" not in pyfuncitem.funcargs:
        return (yield)
    from ._watching import watch_test

    with watch_test(pyfuncitem):
        return (yield)
