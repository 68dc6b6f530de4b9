"""The arguments of a request in the orders of earlier generations.

``auth_mode`` came in 3.0 before the timeouts, ``proxy_auth_mode`` in 4.3 before the odd methods.
Both hold text. Where something else stands instead of one of them, that argument and those
that follow it belong one place further on.
"""

from __future__ import annotations

from typing import Any

_LATER = ("auth_mode", "proxy_auth_mode")
#: The last parameter of 2.4 and 3.2; what follows it may not be given in their order.
_LAST = "client_cert"


def is_classic_order(*modes: object) -> bool:
    """Tell whether one of the two later arguments is something else than text."""
    return not all(mode is None or isinstance(mode, str) for mode in modes)


def in_modern_order(values: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of `HTTPRequest` under the names that they are meant for.

    :param values: the arguments by name, in the modern order; ``self`` is left out.
    :raises TypeError: if there are more arguments than 3.2 had.
    """
    names = [name for name in values if name != "self"]
    given = [values[name] for name in names]
    last = names.index(_LAST)
    for name in _LATER:
        place = names.index(name)
        if is_classic_order(given[place]):
            if given[last] is not None:
                raise TypeError(f"{name} is text, not {given[place]!r:.60}")
            given[place : last + 1] = [None, *given[place:last]]
    return dict(zip(names, given, strict=True))
