"""Exceptions that handlers have not caught."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from tornado.httputil import HTTPServerRequest

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self


class Uncaught:
    """Note what :meth:`tornado.web.RequestHandler.log_exception` logs, between enter and exit.

    The log is the one place to which every uncaught exception of a handler goes, with its request,
    and an application may be tested as it is. This is a filter of the log, which holds nothing
    back: a handler would keep Python from printing what nobody else handles.

    :param owns: tells of a stream whether its requests are the ones to look at.
    """

    _logger = logging.getLogger("tornado.application")

    def __init__(self, owns: Callable[[object], bool]) -> None:
        self._owns = owns
        #: The first exception, or None.
        self.error: BaseException | None = None

    def __enter__(self) -> Self:
        self._logger.addFilter(self.filter)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._logger.removeFilter(self.filter)

    def filter(self, record: logging.LogRecord) -> bool:
        """Look at a record, and let it pass."""
        if self.error is None and record.exc_info and any(map(self._is_known, _arguments(record))):
            self.error = record.exc_info[1]
        return True

    def _is_known(self, argument: object) -> bool:
        if not isinstance(argument, HTTPServerRequest):
            return False
        return self._owns(getattr(argument.connection, "stream", None))


def _arguments(record: logging.LogRecord) -> tuple[Any, ...]:
    return record.args if isinstance(record.args, tuple) else (record.args,)
