"""Checks at the end of a test, besides its own assertions."""

from __future__ import annotations

import os
import warnings
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Literal, TypeAlias, cast, get_args

from ._leftovers import LeftBehindError, LeftBehindWarning, Leftover, LeftoverWatch, describe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tornado.ioloop import IOLoop

#: What happens to a test that leaves something behind.
OnLeftovers: TypeAlias = Literal["warn", "fail", "ignore"]

#: The environment variables that decide if a test does not.
LEFTOVERS_VARIABLE = "TORNADO_TEST_LEFTOVERS"
BLOCKING_VARIABLE = "TORNADO_TEST_BLOCKING"

#: Seconds in which things may still end before the test fails for them.
_SETTLE = 0.1


def on_leftovers(chosen: str | None, default: OnLeftovers) -> OnLeftovers:
    """Return what happens to a test that leaves something behind.

    :param chosen: what the test says, or None for the environment variable
        ``TORNADO_TEST_LEFTOVERS``.
    :raises ValueError: if it is not one of ``warn``, ``fail`` and ``ignore``.
    """
    found = chosen or os.environ.get(LEFTOVERS_VARIABLE) or default
    if found not in get_args(OnLeftovers):
        raise ValueError(f"leftovers must be 'warn', 'fail' or 'ignore', not {found!r}")
    return cast("OnLeftovers", found)


def blocking_threshold(chosen: float | None) -> float | None:
    """Return the seconds that a callback may hold the loop of a test; None for no limit.

    :param chosen: what the test says, or None for the environment variable
        ``TORNADO_TEST_BLOCKING``. 0 turns the check off.
    :raises ValueError: if the environment variable is not a number.
    """
    if chosen is None:
        text = os.environ.get(BLOCKING_VARIABLE) or "0"
        try:
            chosen = float(text)
        except ValueError as error:
            raise ValueError(
                f"{BLOCKING_VARIABLE} must be a number of seconds, not {text!r}"
            ) from error
    return chosen or None


class LeftoverCheck:
    """A check of what one test leaves behind, for a loop that is closed before the cleanups run.

    :param action: what happens to the test; ``ignore`` turns the check off.
    """

    def __init__(self, action: OnLeftovers) -> None:
        self._action = action
        self._watch = None if action == "ignore" else LeftoverWatch()
        self._ended: list[Leftover] = []

    def start(self) -> None:
        """Record what exists before the test."""
        if self._watch is not None:
            self._watch.start()

    def add_loop(self, loop: IOLoop) -> None:
        """Record what is made on the loop of the test."""
        if self._watch is not None:
            self._watch.add_loop(loop)

    def note_tasks(self, loop: IOLoop) -> None:
        """Note the tasks that are left, before they are cancelled."""
        if self._watch is not None:
            is_strict = self._action == "fail"
            left = self._watch.find(loop, settle=is_strict * _SETTLE, collect=is_strict)
            self._ended = [each for each in left if each.kind == "task"]

    @contextmanager
    def closing(self) -> Iterator[None]:
        """Note what ends only because the loop is closed inside the block."""
        left = [] if self._watch is None else self._watch.find()
        yield
        if self._watch is not None:
            remaining = {id(each.thing) for each in self._watch.find()}
            self._ended += [each for each in left if id(each.thing) not in remaining]

    def forget_ended(self) -> None:
        """Forget what has ended because the loop was closed."""
        self._ended = []

    def stop(self) -> list[Leftover]:
        """End the check, and return what is left, or has ended only because the loop was closed."""
        if self._watch is None:
            return []
        self._watch.stop()
        return [*self._ended, *self._watch.find(collect=self._action == "fail")]

    def report(self, test: object) -> None:
        """End the check, and fail the test or warn; see :func:`report`."""
        report(test, self.stop(), self._action)


def report(test: object, left: list[Leftover], action: OnLeftovers) -> None:
    """Fail a test for what it has left behind, or warn about it.

    The warning is not an error even if a filter makes errors of all warnings, so that suites which
    pass with upstream still pass.

    :raises LeftBehindError: if the action is ``fail``.
    """
    if not left:
        return
    if action == "fail":
        raise LeftBehindError(describe(test, left))
    if action == "warn":
        with suppress(LeftBehindWarning):
            warnings.warn(describe(test, left), LeftBehindWarning, stacklevel=2)
