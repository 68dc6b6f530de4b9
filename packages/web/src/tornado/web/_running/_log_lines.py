"""Log lines that name the module of a handler instead of the one that writes them."""

from __future__ import annotations

import sys
from functools import lru_cache
from inspect import unwrap
from os import path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import logging

    from tornado.httputil import HTTPServerRequest


class Place(NamedTuple):
    """The place of a handler's method, in the attributes of a log record."""

    #: The file of the module that defines the handler.
    pathname: str
    #: The first line of the method, 0 if it is defined elsewhere.
    line: int
    #: The last part of the module's name; the file's name for the program itself.
    module: str
    function: str


def log_line(
    handler_class: type,
    request: HTTPServerRequest,
    logger: logging.Logger,
    level: int,
    message: str,
    *args: Any,
    exc_info: Any = None,
) -> None:
    """Write a log line about a request that names its handler's module."""
    if not logger.isEnabledFor(level):
        return
    place = _place_of(handler_class, request.method)
    record = logger.makeRecord(
        logger.name, level, place.pathname, place.line, message, args, exc_info, place.function
    )
    record.module = place.module
    logger.handle(record)


@lru_cache(500)
def _place_of(handler_class: type, method: str | None) -> Place:
    """Find the place of a method of a class, or that of the class."""
    name = (method or "").lower()
    module = handler_class.__module__
    code = getattr(unwrap(getattr(handler_class, name, None) or _missing), "__code__", None)
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is None:  # typed in, or the program is ending and the module is gone
        file = code.co_filename if code is not None and hasattr(handler_class, name) else ""
    is_own = code is not None and path.abspath(code.co_filename) == path.abspath(file)
    if module == "__main__" and file:
        module = path.splitext(path.basename(file))[0]
    line = code.co_firstlineno if is_own and code is not None else 0
    return Place(file, line, module.rpartition(".")[2], name)


def _missing() -> None:
    """Used instead of a method that a handler does not have."""
