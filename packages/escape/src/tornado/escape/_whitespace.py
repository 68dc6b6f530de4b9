"""Runs of white space."""

from __future__ import annotations

import re

from ._text import text_of

_RUN = re.compile(r"[\x00-\x20]+")


def squeeze(value: str | bytes) -> str:
    r"""Replace every run of white space and control characters by one space, and strip the ends.

    >>> squeeze("  a \n\t b ")
    'a b'

    :param value: text, or UTF-8 bytes.
    :raises TypeError: the value is something else.
    """
    return _RUN.sub(" ", text_of(value)).strip()
