"""The languages that a client prefers: RFC 9110 section 12.5.4."""

from __future__ import annotations

import re
from functools import lru_cache

# Clients write more digits than the three of the grammar, and leave out the one before the point.
_WEIGHT = r"(?i)q=([01](?:\.[0-9]{0,9})?|\.[0-9]{1,9})"

#: Nobody reads more languages; the rest of a longer list is not looked at.
_MOST = 100


@lru_cache(maxsize=256)
def preferred_languages(field: str) -> tuple[str, ...]:
    """Give the codes in a field ``Accept-Language``, the most wanted one first.

    Languages with the weight 0 are not wanted, those with a malformed weight are passed over, and
    so is ``*``, which says no language. Among equals the order of the field counts.
    """
    weighted = []
    for part in field.split(",", _MOST)[:_MOST]:
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
