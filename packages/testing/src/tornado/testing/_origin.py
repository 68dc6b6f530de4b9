"""Where in a program something was made."""

from __future__ import annotations

import asyncio
import os
import sysconfig
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from types import CodeType, FrameType

_STDLIB = os.path.join(sysconfig.get_path("stdlib"), "")
_SITE = os.path.join(sysconfig.get_path("purelib"), "")
_PLATFORM_SITE = os.path.join(sysconfig.get_path("platlib"), "")
_SCRIPTS = os.path.join(sysconfig.get_path("scripts"), "")

#: Packages that run tests. A line of theirs tells nothing about what a test has made.
_RUNNERS = frozenset({"_pytest", "pluggy", "pytest", "pytest_asyncio", "anyio", "xdist"})


class Origin(NamedTuple):
    """A line of a program, and the function that it is in."""

    function: str
    filename: str
    line: int

    def __str__(self) -> str:
        return f"in {self.function} at {self.filename}:{self.line}"


def origin_of_call(frame: FrameType | None) -> Origin | None:
    """Return the innermost line of the application among the callers of a frame.

    Lines of Python's library, of Tornado and of test runners do not count, and lines of other
    installed packages count only if there is no other. The search ends at the event loop: what
    has started the loop has not made what a callback makes.

    :returns: None if the loop called Tornado, and no application is involved.
    """
    installed: Origin | None = None
    boundary = _boundary()
    while frame is not None and frame.f_code not in boundary:
        filename = frame.f_code.co_filename
        if not is_machinery(filename, frame.f_globals.get("__name__", "")):
            found = Origin(frame.f_code.co_qualname, filename, frame.f_lineno)
            if not _is_installed(filename):
                return found
            installed = installed or found
        frame = frame.f_back
    return installed


def origin_of_code(code: CodeType, line: int | None = None) -> Origin:
    """Return where a function is defined, or the line of it that is given."""
    return Origin(code.co_qualname, code.co_filename, line or code.co_firstlineno)


def is_machinery(filename: str, module: str) -> bool:
    """Tell whether a line belongs to Python's library, to Tornado or to a test runner."""
    package, _, rest = module.partition(".")
    if package == "tornado":
        return not rest.startswith("test.")  # upstream's own tests
    if package in _RUNNERS or filename.startswith(("<frozen", _SCRIPTS)):
        return True
    return filename.startswith(_STDLIB) and not _is_installed(filename)


def _is_installed(filename: str) -> bool:
    return filename.startswith((_SITE, _PLATFORM_SITE))


@cache
def _boundary() -> frozenset[CodeType]:
    """Return the functions that run a loop or call its callbacks."""
    from tornado.platform.asyncio import BaseAsyncIOLoop

    return frozenset(
        {
            asyncio.Handle._run.__code__,
            asyncio.BaseEventLoop.run_forever.__code__,
            asyncio.BaseEventLoop.run_until_complete.__code__,
            asyncio.Runner.run.__code__,
            BaseAsyncIOLoop.start.__code__,
        }
    )
