"""How far a regular expression can reach."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

#: Parts of a pattern that look at bytes outside the match: whether they hold can change with bytes
#: that arrive later, although the match itself has a bounded width.
_LOOKING_AROUND = frozenset({"ASSERT", "ASSERT_NOT", "AT"})


@lru_cache(maxsize=256)
def longest_match(pattern: re.Pattern[bytes]) -> int | None:
    """Return the greatest length, in bytes, that a match can have.

    A search that failed need not look again at bytes farther than that before the end.

    :returns: at least 1; None if there is no bound, or if the pattern looks around itself.
    """
    parser = getattr(re, "_parser", None)
    if parser is None:
        return None
    parsed = parser.parse(pattern.pattern, pattern.flags)
    if _looks_around(parsed):
        return None
    width: int = parsed.getwidth()[1]
    # The parser says "no bound" by a number of its own that no buffer reaches.
    return max(1, width) if width < 1 << 20 else None


def _looks_around(node: Any) -> bool:
    """Search the nested lists and tuples of a parsed pattern."""
    if str(node) in _LOOKING_AROUND:
        return True
    if isinstance(node, (list, tuple)) or type(node).__name__ == "SubPattern":
        return any(_looks_around(part) for part in node)
    return False
