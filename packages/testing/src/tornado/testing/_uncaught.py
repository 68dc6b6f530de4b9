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
    and an application may be tested as it is. Records that a level, a filter or
    ``logging.disable`` keeps out of the log are looked at as well, and stay out of it.

    :param owns: tells of a stream whether its requests are the ones to look at.
    """

    def __init__(self, owns: Callable[[object], bool]) -> None:
        self._owns = owns
        #: The first exception, or None.
        self.error: BaseException | None = None

    def __enter__(self) -> Self:
        _listener.add(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _listener.remove(self)

    def look_at(self, record: logging.LogRecord) -> None:
        """Note the exception of a record, if it is the first one of a request."""
        if self.error is None and record.exc_info and any(map(self._is_known, _arguments(record))):
            self.error = record.exc_info[1]

    def _is_known(self, argument: object) -> bool:
        if not isinstance(argument, HTTPServerRequest):
            return False
        return self._owns(getattr(argument.connection, "stream", None))


class _Listener:
    """The filter of the log, which makes records even where none are wanted.

    A filter, because a handler would keep Python from printing what nobody else handles.
    """

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._open: list[Uncaught] = []
        self._was_disabled = False

    def add(self, uncaught: Uncaught) -> None:
        if not self._open:
            logger = self._logger
            self._was_disabled, logger.disabled = logger.disabled, False
            logger.isEnabledFor = _always  # type: ignore[method-assign]  # until the last is removed
            logger.filters.insert(0, self._filter)
        self._open.append(uncaught)

    def remove(self, uncaught: Uncaught) -> None:
        self._open.remove(uncaught)
        if not self._open:
            logger = self._logger
            logger.removeFilter(self._filter)
            vars(logger).pop("isEnabledFor", None)
            logger.disabled = logger.disabled or self._was_disabled

    def _filter(self, record: logging.LogRecord) -> bool:
        for uncaught in self._open:
            uncaught.look_at(record)
        logger = self._logger
        return not self._was_disabled and type(logger).isEnabledFor(logger, record.levelno)


def _always(level: int) -> bool:
    return True


_listener = _Listener(logging.getLogger("tornado.application"))


def _arguments(record: logging.LogRecord) -> tuple[Any, ...]:
    return record.args if isinstance(record.args, tuple) else (record.args,)
