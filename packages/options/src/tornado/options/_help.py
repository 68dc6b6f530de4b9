"""The text of ``--help``, made for 80 columns."""

from __future__ import annotations

import os

from ._types import write_value

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ._option import Option

_WIDTH = 79
_INDENT = "  "
#: Wider flags get a line of their own.
_MAX_FLAG_WIDTH = 28

#: A space where lines are not broken.
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"

_SECRETS = ("credential", "passwd", "password", "private", "secret", "token")


def render(program: str, options: Iterable[Option], sources: Sequence[str]) -> str:
    """Return the help.

    :param program: the path of the program.
    :param options: its options.
    :param sources: where values come from; each one overrides those before it.
    """
    groups: dict[str, list[Option]] = {}
    for option in options:
        groups.setdefault(_heading(option), []).append(option)
    flags = [_flag(option) for members in groups.values() for option in members]
    column = 2 + min(_MAX_FLAG_WIDTH, max(map(len, flags), default=0)) + 2
    lines = [f"Usage: {os.path.basename(program)} [OPTIONS]"]
    for heading in sorted(groups, key=lambda heading: (heading != "Options", heading)):
        lines += ["", f"{heading}:", ""]
        for option in sorted(groups[heading], key=lambda option: option.name):
            lines += _entry(option, column)
    if sources:
        order = "A value that is set further right wins: " + " < ".join(sources) + "."
        lines += ["", *_wrap(order, 0)]
    return "\n".join(lines) + "\n"


def _heading(option: Option) -> str:
    if not option.group_name:
        return "Options"
    if option.place is not None and option.group_name == option.place.file:
        return f"{option.place.describe()} options"
    return f"{option.group_name} options"


def _flag(option: Option) -> str:
    flag = f"--{option.name.replace('_', '-')}"
    placeholder = option.placeholder()
    return f"{flag}={placeholder}" if placeholder else flag


def _entry(option: Option, column: int) -> list[str]:
    flag = _INDENT + _flag(option)
    lines = _wrap(_describe(option), column)
    if option.source.kind != "default" and option.name != "help":
        lines += _wrap(f"now {_show(option, option.value())} ({option.source})", column)
    if not lines:
        return [flag]
    if len(flag) + 2 > column:
        return [flag, *lines]
    return [flag.ljust(column) + lines[0][column:], *lines[1:]]


def _describe(option: Option) -> str:
    remarks = []
    if option.default is not None and option.default not in ("", []):
        remarks.append(f"default {_show(option, option.default)}")
    if option.choices is not None and option.metavar:
        remarks.append(f"one of {', '.join(map(write_value, option.choices))}")
    remarks += _bounds(option)
    parts = [option.help or "", f"({'; '.join(map(_keep_together, remarks))})" if remarks else ""]
    return " ".join(filter(None, parts))


def _keep_together(remark: str) -> str:
    """Replace the spaces of a short remark, so that it is not broken into lines."""
    return remark.replace(" ", _NO_BREAK_SPACE) if len(remark) < 24 else remark


def _bounds(option: Option) -> list[str]:
    low, high = write_value(option.minimum), write_value(option.maximum)
    if option.minimum is None:
        return [] if option.maximum is None else [f"at most {high}"]
    return [f"at least {low}"] if option.maximum is None else [f"{low} to {high}"]


def _show(option: Option, value: object) -> str:
    """Return a value as text, unless it is a secret."""
    if value and any(word in option.name.lower() for word in _SECRETS):
        return "hidden"
    return "unset" if value is None else write_value(value) or "empty"


def _wrap(text: str, column: int) -> list[str]:
    import textwrap

    space = " " * column
    lines = textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=space,
        subsequent_indent=space,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_NO_BREAK_SPACE, " ") for line in lines]
