"""The literal text in a regular expression."""

from __future__ import annotations

import re

_SPECIAL = frozenset(".^$*+?{}[]\\|()")
_QUANTIFIERS = frozenset("*?{")


def literal_prefix(regex: re.Pattern[str]) -> tuple[str, bool]:
    """Find the text that everything begins with that a pattern matches.

    :return: the text, and whether it is all that the pattern matches.
    """
    pattern = regex.pattern.removeprefix("^")
    if regex.flags != re.UNICODE or "|" in pattern:
        return "", False
    prefix = ""
    at = 0
    while at < len(pattern):
        step, char = 1, pattern[at]
        if char == "\\" and at + 1 < len(pattern) and not pattern[at + 1].isalnum():
            step, char = 2, pattern[at + 1]
        elif char in _SPECIAL:
            return prefix, pattern[at:] == "$"
        if pattern[at + step : at + step + 1] in _QUANTIFIERS:
            return prefix, False
        prefix += char
        at += step
    return prefix, False
