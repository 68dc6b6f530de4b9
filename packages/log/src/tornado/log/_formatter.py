"""Lines of a log for people to read."""

from __future__ import annotations

import logging

from ._color import RESET, escape_sequence, stderr_has_color
from ._message import escape_controls, message_of

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import ClassVar, Literal


class LogFormatter(logging.Formatter):
    """A formatter of one line per record: level, time and place in colour, then the message.

    Further lines, such as those of a traceback, are indented, and control characters in a message
    are shown as escapes. So no message can look like another record.

    :param fmt: the format of the line. It may use the attributes of the record, and ``color`` and
        ``end_color``. Classic: a truth value here is ``color``, which was the first parameter in
        3.x; further arguments then have to be given by name.
    :param datefmt: the format of ``asctime``, as for :func:`time.strftime`.
    :param style: ``%``, ``{`` or ``$``, the kind of placeholders in ``fmt``.
    :param color: whether to colour the line if the standard error stream is a terminal. The
        environment variables ``NO_COLOR`` and ``FORCE_COLOR`` override what the terminal is.
    :param colors: the colour of each level, as a number of the terminal's palette. Levels that are
        missing have none.
    """

    __module__ = "tornado.log"  # even if nobody has imported it from the package

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
        #: The characters that switch to the colour of each level; empty without colours.
        self._colors: dict[int, str] = {}
        #: The characters that switch colours off; empty without colours. Upstream has this name.
        self._normal = ""
        if color and stderr_has_color():
            self._colors = {level: escape_sequence(number) for level, number in colors.items()}
            self._normal = RESET

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a line; further lines are indented by four spaces.

        No message and no argument makes it raise.
        """
        record.message = escape_controls(message_of(record))
        if self.usesTime():
            record.asctime = self.formatTime(record, self.datefmt)
        color = self._colors.get(record.levelno, "")
        vars(record).update(color=color, end_color=self._normal if color else "")
        text = self.formatMessage(record)
        if record.exc_info and not record.exc_text:
            # Kept in the record for other handlers, as the standard formatter does.
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            text = f"{text.rstrip()}\n{escape_controls(record.exc_text)}"
        if record.stack_info:
            text = f"{text.rstrip()}\n{escape_controls(self.formatStack(record.stack_info))}"
        return text.replace("\n", "\n    ")
