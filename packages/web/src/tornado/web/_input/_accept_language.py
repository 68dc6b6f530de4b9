"""The languages that a client prefers (RFC 9110 section 12.5.4)."""

from __future__ import annotations

import re
from functools import lru_cache

# Clients write more than the three digits of the grammar, and omit the one before the point.
_WEIGHT = r"(?i)q=([01](?:\.[0-9]{0,9})?|\.[0-9]{1,9})"

#: How many languages are read; the rest of a longer list is ignored.
_MOST_LANGUAGES = 100


@lru_cache(maxsize=256)
def preferred_languages(field: str) -> tuple[str, ...]:
    """Return the codes in an ``Accept-Language`` field, the most preferred one first.

    Languages with the weight 0 or a malformed weight are skipped, and so is ``*``, which names no
    language. Languages of equal weight keep the order of the field.
    """
    weighted = []
    for part in field.split(",", _MOST_LANGUAGES)[:_MOST_LANGUAGES]:
        code, *parameters = part.split(";")
        code = code.strip()
        weight = _weight_of(parameters)
        if weight > 0 and code and code != "*":
            weighted.append((weight, code))
    weighted.sort(key=lambda pair: pair[0], reverse=True)
    return tuple([code for _, code in weighted])


def _weight_of(parameters: list[str]) -> float:
    for parameter in parameters:
        text = parameter.strip()
        match = re.fullmatch(_WEIGHT, text)
        if match is not None:
            return min(float(match[1]), 1.0)
        if text[:2].lower() == "q=":
            return 0.0
    return 1.0
