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

#: Modules of HTTP clients, which are recorded as a whole.
_CLIENTS = ("tornado.simple_httpclient.", "tornado.curl_httpclient.", "tornado.httpclient.")


class Layer(Enum):
    """What a line of a program belongs to."""

    RUNNER = "what runs tests"
    CLIENT = "an HTTP client of Tornado"
    MACHINERY = "Python's library, or another part of Tornado"
    INSTALLED = "another installed package"
    APPLICATION = "the application"


#: The layers of files, so that most frames of a search cost only one look-up.
_layers: dict[str, Layer] = {}


class Origin(NamedTuple):
    """A line of a program, and the function that it is in."""

    function: str
    filename: str
    line: int

    def __str__(self) -> str:
        return f"in {self.function} at {self.filename}:{self.line}"


def origin_of_call(frame: FrameType | None, *, of_clients: bool = True) -> Origin | None:
    """Return the innermost line of the application among the callers of a frame.

    Lines of Python's library and of Tornado do not count. Lines of other installed packages count
    only if there are no others. The search ends at the event loop and at the test runner, because
    the code that runs the loop does not make what a callback makes.

    :param of_clients: whether things that an HTTP client makes for its own use have an origin.
    :returns: None if no line of the application is involved.
    """
    installed: Origin | None = None
    boundary = _boundary()
    while frame is not None:
        code = frame.f_code
        layer = _layers.get(code.co_filename) or _layer_of(code.co_filename, frame)
        if layer is Layer.MACHINERY:
            if code.co_name in boundary and code in boundary[code.co_name]:
                break
        elif layer is Layer.APPLICATION:
            return Origin(code.co_qualname, code.co_filename, frame.f_lineno)
        elif layer is Layer.RUNNER:
            break
        elif layer is Layer.CLIENT:
            if not (of_clients or installed):
                return None
        elif installed is None:
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


def _layer_of(filename: str, frame: FrameType) -> Layer:
    layer = _find_layer(filename, frame.f_globals.get("__name__", ""))
    if not filename.startswith("<"):  # such a name is shared by many sources
        _layers[filename] = layer
    return layer


@cache
def _find_layer(filename: str, module: str) -> Layer:
    if module.partition(".")[0] in _RUNNERS:
        return Layer.RUNNER
    if module.startswith(_CLIENTS):
        return Layer.CLIENT
    if is_machinery(filename, module):
        return Layer.MACHINERY
    return Layer.INSTALLED if _is_installed(filename) else Layer.APPLICATION


def _is_installed(filename: str) -> bool:
    return filename.startswith((_SITE, _PLATFORM_SITE))


@cache
def _boundary() -> dict[str, list[CodeType]]:
    """Return the functions that run a test or a loop, or call its callbacks, by their names."""
    from tornado.platform.asyncio import BaseAsyncIOLoop

    functions = (
        asyncio.Handle._run,
        asyncio.BaseEventLoop.run_forever,
        asyncio.BaseEventLoop.run_until_complete,
        asyncio.Runner.run,
        BaseAsyncIOLoop.start,
        unittest.TestCase.run,
    )
    found: dict[str, list[CodeType]] = {}
    for function in functions:
        found.setdefault(function.__name__, []).append(function.__code__)
    return found
