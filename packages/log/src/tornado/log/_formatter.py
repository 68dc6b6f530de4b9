"""Lines of a log for people to read."""

from __future__ import annotations

import logging

from ._color import RESET, escape_sequence, stderr_has_color
from ._message import message_of, printable

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import ClassVar, Literal


class LogFormatter(logging.Formatter):
    """Format a record as one line: level, time and place in colour, then the message.

    Further lines, such as those of a traceback, are indented, so that no message can pass for
    another record; control characters in it are shown as escapes.

    :param fmt: the format of the line. Beside the attributes of the record it may use ``color``
        and ``end_color``. Classic: a truth value here is ``color``, which came first in 3.x; what
        follows it then has to be given by name.
    :param datefmt: the format of ``asctime``, as for :func:`time.strftime`.
    :param style: ``%``, ``{`` or ``$``, the kind of placeholders in ``fmt``.
    :param color: colour the line where the standard error stream is a terminal. The variables
        ``NO_COLOR`` and ``FORCE_COLOR`` of the environment decide before the terminal is asked.
    :param colors: the colour for each level, as a number of the terminal's palette. Levels that
        are missing have none.
    """

    __module__ = "tornado.log"  # also where nobody has asked the face for it

    DEFAULT_FORMAT = (
        "%(color)s[%(levelname)1.1s %(asctime)s %(module)s:%(lineno)d]%(end_color)s %(message)s"
    )
    DEFAULT_DATE_FORMAT = "%y%m%d %H:%M:%S"
    DEFAULT_COLORS: ClassVar[dict[int, int]] = {
        logging.DEBUG: 4,  # blue
        logging.INFO: 2,  # green
        logging.WARNING: 3,  # yellow
        logging.ERROR: 1,  # red
        logging.CRITICAL: 5,  # magenta
    }

    def __init__(
        self,
        fmt: str | bool = DEFAULT_FORMAT,
        datefmt: str = DEFAULT_DATE_FORMAT,
        style: Literal["%", "{", "$"] = "%",
        color: bool = True,
        colors: Mapping[int, int] = DEFAULT_COLORS,
    ) -> None:
        if isinstance(fmt, bool):
            color, fmt = fmt, self.DEFAULT_FORMAT
        super().__init__(fmt, datefmt, style, validate=False)
        #: For each level, what switches to its colour; empty without colours.
        self._colors: dict[int, str] = {}
        #: What ends a colour; empty without colours.
        self._normal = ""
        if color and stderr_has_color():
            self._colors = {level: escape_sequence(number) for level, number in colors.items()}
            self._normal = RESET

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a line; further lines are indented by four spaces.

        Whatever the message and its arguments are, they raise nothing here.
        """
        record.message = printable(message_of(record))
        if self.usesTime():
            record.asctime = self.formatTime(record, self.datefmt)
        color = self._colors.get(record.levelno, "")
        vars(record).update(color=color, end_color=self._normal if color else "")
        text = self.formatMessage(record)
        if record.exc_info and not record.exc_text:
            # Kept in the record, as the standard formatter does, for the handlers after this one.
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            text = f"{text.rstrip()}\n{printable(record.exc_text)}"
        if record.stack_info:
            text = f"{text.rstrip()}\n{printable(self.formatStack(record.stack_info))}"
        return text.replace("\n", "\n    ")
