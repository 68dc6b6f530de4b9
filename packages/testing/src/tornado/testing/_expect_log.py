"""Log lines that a test expects."""

from __future__ import annotations

import logging
import re
import warnings
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

app_log = logging.getLogger("tornado.application")

#: Lines that are kept to explain why none matched.
_KEPT = 10


class ExpectLog(logging.Filter):
    """Expect a line in the log, and keep it out of the output.

    ::

        with ExpectLog("tornado.application", "Uncaught exception"):
            self.fetch("/broken")

    Only records of the logger itself are looked at, not those of its children.

    :param logger: the logger or its name; ``""`` is the root logger.
    :param regex: matches the beginning of the message. Matching records are dropped, others pass.
    :param required: raise at the end of the block if no record matched.
    :param level: the level that a record has to have, such as ``logging.INFO``. The logger lets
        that level through inside the block. Without it, records below WARNING match too, with a
        DeprecationWarning at the end.
    :raises Exception: at the end of the block: ``did not get expected log message``.
    """

    def __init__(
        self,
        logger: logging.Logger | str,
        regex: str,
        required: bool = True,
        level: int | None = None,
    ) -> None:
        super().__init__()
        self.logger = logging.getLogger(logger) if isinstance(logger, str) else logger
        self.regex = re.compile(regex)
        self.required = required
        self.level = level
        #: How many records matched.
        self.matched = 0
        #: How many of these were below WARNING although no level was given.
        self.deprecated_level_matched = 0
        #: Whether any record had a traceback, a matching one or another.
        self.logged_stack = False
        #: The level of the logger, to be set again after the block.
        self.orig_level: int | None = None
        self._others: list[str] = []
        self._is_complaining = False

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record goes on to the handlers: those that match do not."""
        if self._is_complaining:
            return True
        self.logged_stack = self.logged_stack or bool(record.exc_info)
        message = record.getMessage()
        if not self.regex.match(message):
            if len(self._others) < _KEPT:
                self._others.append(f"{record.levelname}: {message:.200}")
            return True
        if self.level is not None and record.levelno != self.level:
            self._complain(message, record.levelname, logging.getLevelName(self.level))
            return True
        self.matched += 1
        if self.level is None and record.levelno < logging.WARNING:
            # A warning that is raised in here would end up in logging's own error handling.
            self.deprecated_level_matched += 1
        return False

    def _complain(self, message: str, level: str, expected: str) -> None:
        self._is_complaining = True  # this line may come back to the same logger
        try:
            app_log.warning(
                "Got expected log message %r at unexpected level (%s vs %s)",
                message,
                expected,
                level,
            )
        finally:
            self._is_complaining = False

    def __enter__(self) -> Self:
        if self.level is not None and not self.logger.isEnabledFor(self.level):
            self.orig_level = self.logger.level
            self.logger.setLevel(self.level)
        self.logger.addFilter(self)
        return self

    def __exit__(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.logger.removeFilter(self)
        if self.orig_level is not None:
            self.logger.setLevel(self.orig_level)
            self.orig_level = None
        if typ is not None or not self.required:
            return
        if not self.matched:
            raise self._missing()
        if self.matched == self.deprecated_level_matched:
            warnings.warn(
                "ExpectLog matched at INFO or below without level argument",
                DeprecationWarning,
                stacklevel=2,
            )

    def _missing(self) -> Exception:
        error = Exception("did not get expected log message")
        error.add_note(f"nothing logged to {self.logger.name} matches {self.regex.pattern!r}")
        for line in self._others:
            error.add_note(f"  {line}")
        return error
