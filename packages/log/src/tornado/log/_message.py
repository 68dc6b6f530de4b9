"""The text of a record, whatever the program put into it."""

from __future__ import annotations

import re

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from logging import LogRecord

# Control characters but tab and line feed, and halves of surrogate pairs, which no file takes.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# The same, but a complete colour sequence is matched as a whole.
_COLOR_OR_UNSAFE = re.compile(rf"\x1b\[[0-9;]*m|{_UNSAFE.pattern}")


def message_of(record: LogRecord) -> str:
    """Return the message with its arguments filled in; never raise.

    A record whose message and arguments do not fit, or do not turn into text, gives a text that
    says so and shows them.
    """
    try:
        return str(record.getMessage())
    except Exception as error:  # noqa: BLE001 - str() of an argument may raise anything
        shown = ", ".join(f"{key}={show(getattr(record, key, None))}" for key in ("msg", "args"))
        return f"Bad message ({show(error)}): {shown}"


def show(value: object) -> str:
    """Return the ``repr`` of a value, or a stand-in that names its class; never raise."""
    try:
        return repr(value)
    except Exception as error:  # noqa: BLE001 - a foreign __repr__ may raise anything
        return f"<{type(value).__name__} whose repr raises {type(error).__name__}>"


def printable(text: str) -> str:
    r"""Return text in which nothing can move the cursor, clear the screen or look like a new line.

    Control characters are written as ``\x1b`` and the like. Line feeds and tabs stay, and so do
    complete colour sequences, because programs colour their messages.
    """
    if _UNSAFE.search(text) is None:
        return text
    return _COLOR_OR_UNSAFE.sub(_shown_escape, text)


def _shown_escape(match: re.Match[str]) -> str:
    found = match[0]
    return found if len(found) > 1 else found.encode("unicode_escape").decode("ascii")
