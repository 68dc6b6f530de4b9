"""The content coding that a client prefers (RFC 9110 section 12.5.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tornado.httputil import TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The longest field, in characters, that is read; no browser sends longer ones.
_LONGEST_FIELD = 1000

# weight = OWS ";" OWS "q=" qvalue; at most three digits after the point.
_choice = re.compile(
    rf"[ \t]*+({TOKEN})[ \t]*+"
    r"(?:;[ \t]*+q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*+)?"
).fullmatch


def preferred_coding(field: str | None, offered: Iterable[str]) -> str | None:
    """Choose the coding that a client prefers.

    :param field: the ``Accept-Encoding`` field.
    :param offered: the available codings; among those of equal weight, the first one is chosen.
    :returns: ``None`` to send the content without a coding.
    """
    if not field or len(field) > _LONGEST_FIELD:
        return None
    weights: dict[str, float] = {}
    for item in field.split(","):
        match = _choice(item)
        if match is not None:
            weights[match[1].lower()] = 1.0 if match[2] is None else float(match[2])
    others = weights.get("*", 0.0)
    best, highest = None, 0.0
    for coding in offered:
        weight = weights.get(coding)
        if weight is None and coding == "gzip":
            weight = weights.get("x-gzip")
        if weight is None:
            weight = others
        if weight > highest:
            best, highest = coding, weight
    return best if highest >= weights.get("identity", 0.0) else None
