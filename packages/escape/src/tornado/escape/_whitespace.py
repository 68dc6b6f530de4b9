"""White space, made smaller."""

from __future__ import annotations

import re

from ._text import to_unicode

_RUN = re.compile(r"[\x00-\x20]+")


def squeeze(value: str | bytes) -> str:
    r"""Replace every run of white space and control characters by one space, and strip the ends.

    >>> squeeze("  a \n\t b ")
    'a b'
    """
    return _RUN.sub(" ", to_unicode(value)).strip()
