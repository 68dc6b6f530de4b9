"""The three ways to treat white space in the text between directives."""

from __future__ import annotations

import re

#: The modes, in the words of the documentation.
MODES = ("all", "single", "oneline")

_BLANKS = re.compile(r"[\t ]+")
_AROUND_NEWLINE = re.compile(r"\s*\n\s*")
_ANY = re.compile(r"\s+")


def filter_whitespace(mode: str, text: str) -> str:
    """Apply a white space mode to a text.

    :param mode: ``"all"`` changes nothing. ``"single"`` replaces each run of white space by one
        newline if there is one in it, or else by one space. ``"oneline"`` replaces each run by one
        space.
    :raises ValueError: the mode is another one.

    .. versionchanged:: 1.0
       An unknown mode raises ValueError.
    """
    if mode == "all":
        return text
    if mode == "single":
        return _AROUND_NEWLINE.sub("\n", _BLANKS.sub(" ", text))
    if mode == "oneline":
        return _ANY.sub(" ", text)
    raise ValueError(f"invalid whitespace mode {mode!r}: expected all, single or oneline")


def default_mode(name: str) -> str:
    """Return the mode of a template that chooses none: ``single`` for HTML and JavaScript files."""
    return "single" if name.endswith((".html", ".js")) else "all"


def check_mode(mode: str) -> str:
    """Return the mode.

    :raises ValueError: there is no such mode.
    """
    filter_whitespace(mode, "")
    return mode
