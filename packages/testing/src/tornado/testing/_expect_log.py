"""Log lines that a test expects."""

from __future__ import annotations

import logging
import re
import warnings
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

app_log = logging.getLogger("tornado.application")

#: How many other lines are kept, to show what was logged instead.
_KEPT = 10


class ExpectLog(logging.Filter):
    """An expected line in the log, which is kept out of the output.

    ::

        with ExpectLog("tornado.application", "Uncaught exception"):
            self.fetch("/broken")

    Only records of the logger itself count, not those of its children.

    :param logger: the logger or its name; ``""`` is the root logger.
    :param regex: a regular expression for the beginning of the message. Matching records are
        dropped, others pass.
    :param required: whether to raise at the end of the block if no record has matched.
    :param level: the level that a record must have, such as ``logging.INFO``. The logger lets this
        level through inside the block. Without it, records below WARNING match too, with a
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
        #: Whether any record, matching or not, had a traceback.
        self.logged_stack = False
        #: The level of the logger before the block, if it was changed.
        self.orig_level: int | None = None
        self._other_lines: list[str] = []
        self._is_complaining = False

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record goes on to the handlers; matching ones do not."""
        if self._is_complaining:
            return True
        self.logged_stack = self.logged_stack or bool(record.exc_info)
        message = record.getMessage()
        if not self.regex.match(message):
            if len(self._other_lines) < _KEPT:
                self._other_lines.append(f"{record.levelname}: {message:.200}")
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
            raise self._make_error()
        if self.matched == self.deprecated_level_matched:
            warnings.warn(
                "ExpectLog matched at INFO or below without level argument",
                DeprecationWarning,
                stacklevel=2,
            )

    def _make_error(self) -> Exception:
        error = Exception("did not get expected log message")
        error.add_note(f"nothing logged to {self.logger.name} matches {self.regex.pattern!r}")
        for line in self._other_lines:
            error.add_note(f"  {line}")
        return error
