"""What a test does to its loop, and what it leaves."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from tornado.ioloop import IOLoop
from tornado.testing._watch._blocking import BlockingCheck
from tornado.testing._watch._checks import blocking_threshold, on_leftovers
from tornado.testing._watch._leftovers import LeftBehindWarning, LeftoverWatch, describe
from tornado.testing._watch._recording import keep_wrappers

from ._options import blocking_option, closest_marker

if TYPE_CHECKING:
    from collections.abc import Iterator

_wrappers = pytest.StashKey[ExitStack]()

#: Seconds in which things that a test leaves may still end.
_SETTLE = 0.1


@contextmanager
def watch_test(item: pytest.Function) -> Iterator[None]:
    """Fail a test that leaves something or blocks its loop."""
    loop = item.funcargs["io_loop"]
    if not isinstance(loop, IOLoop):
        yield
        return
    with _watch_leftovers(item, loop), _watch_blocking(item, loop):
        yield


@contextmanager
def _watch_leftovers(item: pytest.Function, loop: IOLoop) -> Iterator[None]:
    action = on_leftovers(_chosen_action(item), "fail")
    if action == "ignore":
        yield
        return
    _keep_wrappers(item.config)
    watch = LeftoverWatch().start(loop)
    try:
        yield
        # Still recording: what is left may start another thing of its kind.
        left = watch.find(loop, settle=_SETTLE, collect=action == "fail")
    finally:
        watch.stop()
    if left and action == "fail":
        pytest.fail(describe(item.name, left), pytrace=False)
    elif left:
        item.warn(LeftBehindWarning(describe(item.name, left)))


def _keep_wrappers(config: pytest.Config) -> None:
    """Keep the wrappers that record for all tests of this run."""
    if _wrappers not in config.stash:
        config.stash[_wrappers] = ExitStack()
        config.stash[_wrappers].enter_context(keep_wrappers())
        config.add_cleanup(config.stash[_wrappers].close)


def _chosen_action(item: pytest.Function) -> str | None:
    marker = closest_marker(item, "tornado_leftovers")
    if marker is None:
        setting: str = item.config.getini("tornado_leftovers")
        return setting or None
    return str(marker.args[0] if marker.args else marker.kwargs.get("action"))


@contextmanager
def _watch_blocking(item: pytest.Function, loop: IOLoop) -> Iterator[None]:
    check = BlockingCheck()
    check.start(loop, blocking_threshold(blocking_option(item.config)))
    try:
        yield
    finally:
        check.stop()
    if check.reports:
        lines = "\n  - ".join(check.reports)
        pytest.fail(f"{item.name} blocked the loop:\n  - {lines}", pytrace=False)
