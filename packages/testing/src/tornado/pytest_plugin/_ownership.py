"""Which tests and fixtures are ours to run.

A coroutine test is ours if it uses one of our fixtures, directly or through other fixtures, or our
marker, and has no marker of another plugin. For a test that uses nothing of any plugin,
``tornado_mode`` decides.
"""

from __future__ import annotations

import inspect
from types import FunctionType
from typing import TYPE_CHECKING, Any

import pytest

from ._options import MODES, closest_marker, setting

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Markers with which other plugins choose their coroutine tests.
FOREIGN_MARKERS = ("asyncio", "anyio", "trio", "twisted", "curio")

#: Fixtures with which other plugins choose their coroutine tests.
FOREIGN_FIXTURES = frozenset({"anyio_backend", "nursery"})

#: The modules that our fixtures are defined in.
_OURS = frozenset({"tornado.pytest_plugin._fixtures", "tornado.pytest_plugin._base_url"})

#: A fixture of this name is Tornado's, no matter where it is defined.
_LOOP = "io_loop"

_ASYNCHRONOUS = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR

_ownership = pytest.StashKey[bool]()


def is_coroutine(function: Any) -> bool:
    """Tell whether a test function has to be run on a loop."""
    if type(function) is FunctionType and not function.__dict__:
        return bool(function.__code__.co_flags & inspect.CO_COROUTINE)
    hypothesis = getattr(function, "hypothesis", None)
    return inspect.iscoroutinefunction(
        function if hypothesis is None else getattr(hypothesis, "inner_test", function)
    )


def is_asynchronous_fixture(function: Any) -> bool:
    """Tell whether a fixture has to be run on a loop."""
    if (
        type(function) is FunctionType and not function.__dict__
    ):  # as most are; a mark would be in there
        return bool(function.__code__.co_flags & _ASYNCHRONOUS)
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)


def is_ours(item: pytest.Function) -> bool:
    """Tell whether a test uses our fixtures or our marker, and no other plugin's marker."""
    known = item.stash.get(_ownership, None)
    if known is None:
        known = item.stash[_ownership] = not _is_foreign(item) and (
            closest_marker(item, "gen_test") is not None or _uses_fixtures(item)
        )
    return known


def is_ours_to_run(item: pytest.Function) -> bool:
    """Tell whether a test has to be run on a loop, by us."""
    is_async = is_coroutine(item.obj)
    if not is_async and closest_marker(item, "gen_test") is None:
        return False
    if is_ours(item):
        return True
    return is_async and not _is_foreign(item) and _runs_unclaimed_tests(item)


def is_our_fixture(fixturedef: pytest.FixtureDef[Any], item: pytest.Function) -> bool:
    """Tell whether a coroutine fixture is ours to run: it or its test uses our fixtures."""
    function = getattr(fixturedef.func, "__func__", fixturedef.func)
    if getattr(function, "_force_asyncio_fixture", False):
        return False  # pytest_asyncio.fixture
    if _LOOP in fixturedef.argnames or _any_is_ours(item, fixturedef.argnames):
        return True
    return is_ours(item) or is_ours_to_run(item)


def _is_foreign(item: pytest.Function) -> bool:
    return not FOREIGN_FIXTURES.isdisjoint(item.fixturenames) or any(
        closest_marker(item, name) is not None for name in FOREIGN_MARKERS
    )


def _uses_fixtures(item: pytest.Function) -> bool:
    return _LOOP in item.fixturenames or _any_is_ours(item, item.fixturenames)


def _any_is_ours(item: pytest.Function, names: Iterable[str]) -> bool:
    known = item._fixtureinfo.name2fixturedefs
    return any(_is_defined_by_us(known.get(name, ()), name) for name in names)


def _is_defined_by_us(definitions: Any, name: str) -> bool:
    """Tell whether the definition that is used, or one that it extends, is ours."""
    for definition in reversed(definitions):
        if definition.func.__module__ in _OURS:
            return True
        if name not in definition.argnames:
            return False
    return False


def _runs_unclaimed_tests(item: pytest.Function) -> bool:
    mode = setting(item.config, "tornado_mode", MODES)
    return mode == "auto" or (mode == "alone" and not _has_other_runners(item))


def _has_other_runners(item: pytest.Function) -> bool:
    """Tell whether another plugin, or a conftest, has a say in how test functions are called."""
    return any(
        not _module_of(each.plugin).startswith(("_pytest.", "tornado.pytest_plugin"))
        for each in item.ihook.pytest_pyfunc_call.get_hookimpls()
    )


def _module_of(plugin: Any) -> str:
    return str(getattr(plugin, "__name__", type(plugin).__module__))
