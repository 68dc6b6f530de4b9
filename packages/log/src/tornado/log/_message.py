"""The text of a record, whatever the program has put into it."""

from __future__ import annotations

import re

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from logging import LogRecord

# Control characters except tab and line feed, and halves of surrogate pairs, which cannot be encoded.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# The same, but a complete colour sequence is matched as a whole.
_COLOR_OR_UNSAFE = re.compile(rf"\x1b\[[0-9;]*m|{_UNSAFE.pattern}")


def message_of(record: LogRecord) -> str:
    """Return the message with its arguments filled in; never raise.

    If the message and the arguments do not fit together, or cannot be converted to text, the result
    says so and shows them.
    """
    try:
        return str(record.getMessage())
    except Exception as error:  # noqa: BLE001 - str() of an argument may raise anything
        parts = [f"{name}={safe_repr(getattr(record, name, None))}" for name in ("msg", "args")]
        return f"Bad message ({safe_repr(error)}): {', '.join(parts)}"


def safe_repr(value: object) -> str:
    """Return the ``repr`` of a value, or a text that names its class; never raise."""
    try:
        return repr(value)
    except Exception as error:  # noqa: BLE001 - a foreign __repr__ may raise anything
        return f"<{type(value).__name__} whose repr raises {type(error).__name__}>"


def escape_controls(text: str) -> str:
    r"""Replace characters that move the cursor, clear the screen or look like a line end.

    They become escapes such as ``\x1b``. Line feeds and tabs are kept, and so are complete colour
    sequences, because programs colour their messages.
    """
    if _UNSAFE.search(text) is None:
        return text
    return _COLOR_OR_UNSAFE.sub(_keep_color_or_escape, text)


def _keep_color_or_escape(match: re.Match[str]) -> str:
    text = match[0]
    return text if len(text) > 1 else text.encode("unicode_escape").decode("ascii")
