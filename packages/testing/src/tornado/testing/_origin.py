"""Where in a program something was made."""

from __future__ import annotations

import asyncio
import os
import sysconfig
import unittest
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType

_STDLIB = os.path.join(sysconfig.get_path("stdlib"), "")
_SITE = os.path.join(sysconfig.get_path("purelib"), "")
_PLATFORM_SITE = os.path.join(sysconfig.get_path("platlib"), "")

#: Packages that run tests.
_RUNNERS = frozenset({"_pytest", "pluggy"})


class Layer(Enum):
    """What a line of a program belongs to."""

    RUNNER = "what runs tests"
    MACHINERY = "Python's library or Tornado"
    INSTALLED = "another installed package"
    APPLICATION = "the application"


class Origin(NamedTuple):
    """A line of a program, and the function that it is in."""

    function: str
    filename: str
    line: int

    def __str__(self) -> str:
        return f"in {self.function} at {self.filename}:{self.line}"


def origin_of_call(frame: FrameType | None) -> Origin | None:
    """Return the innermost line of the application among the callers of a frame.

    Lines of Python's library and of Tornado do not count, and lines of other installed packages
    count only if there is no other. The search ends at the event loop and at the test runner: what
    has started the loop has not made what a callback makes.

    :returns: None if no line of the application is involved.
    """
    installed: Origin | None = None
    boundary, names = _boundary()
    while frame is not None:
        code = frame.f_code
        # Code objects are slow to hash, their names are not.
        if code.co_name in names and code in boundary:
            break
        layer = _layer_of(code.co_filename, frame.f_globals.get("__name__", ""))
        if layer is Layer.RUNNER:
            break
        if layer is Layer.APPLICATION:
            return Origin(code.co_qualname, code.co_filename, frame.f_lineno)
        if layer is Layer.INSTALLED and installed is None:
            installed = Origin(code.co_qualname, code.co_filename, frame.f_lineno)
        frame = frame.f_back
    return installed


def origin_of_code(code: CodeType, line: int | None = None) -> Origin:
    """Return where a function is defined, or the line of it that is given."""
    return Origin(code.co_qualname, code.co_filename, line or code.co_firstlineno)


def frames_of(coroutine: Any) -> Iterator[FrameType]:
    """Yield the frames of a coroutine or generator that waits, outermost first."""
    while coroutine is not None:
        frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
        if frame is not None:
            yield frame
        coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "gi_yieldfrom", None)


def is_machinery(filename: str, module: str) -> bool:
    """Tell whether a line belongs to Python's library or to Tornado."""
    package, _, rest = module.partition(".")
    if package == "tornado":
        return not rest.startswith("test.")  # upstream's own tests
    return filename.startswith((_STDLIB, "<frozen")) and not _is_installed(filename)


@cache
def _layer_of(filename: str, module: str) -> Layer:
    if module.partition(".")[0] in _RUNNERS:
        return Layer.RUNNER
    if is_machinery(filename, module):
        return Layer.MACHINERY
    return Layer.INSTALLED if _is_installed(filename) else Layer.APPLICATION


def _is_installed(filename: str) -> bool:
    return filename.startswith((_SITE, _PLATFORM_SITE))


@cache
def _boundary() -> tuple[frozenset[CodeType], frozenset[str]]:
    """Return the functions that run a test or a loop, or call its callbacks, and their names."""
    from tornado.platform.asyncio import BaseAsyncIOLoop

    functions = frozenset(
        {
            asyncio.Handle._run.__code__,
            asyncio.BaseEventLoop.run_forever.__code__,
            asyncio.BaseEventLoop.run_until_complete.__code__,
            asyncio.Runner.run.__code__,
            BaseAsyncIOLoop.start.__code__,
            unittest.TestCase.run.__code__,
        }
    )
    return functions, frozenset(code.co_name for code in functions)
