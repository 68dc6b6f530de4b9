"""Positional arguments in the orders of earlier generations.

A request: ``auth_mode`` came in 3.0 before the timeouts, ``proxy_auth_mode`` in 4.3 before
``allow_nonstandard_methods``. Both hold text. If something else was given there, that argument and
those that follow it belong one place further on.

A client: 1.2 to 2.4 had ``(io_loop, max_clients, force_instance)``, 3.0 to 4.5
``(io_loop, force_instance)``.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar, cast

from tornado.ioloop import IOLoop, take_loop

if TYPE_CHECKING:
    from collections.abc import Callable

    F = TypeVar("F", bound=Callable[..., Any])

_LATER = ("auth_mode", "proxy_auth_mode")
#: The last parameter of 2.4 and 3.2; what follows it cannot be given in their order.
_LAST = "client_cert"


def is_classic_order(*modes: object) -> bool:
    """Tell whether one of the two later arguments of a request is something else than text."""
    return not all(mode is None or isinstance(mode, str) for mode in modes)


def in_modern_order(values: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of `HTTPRequest` under the names that they are meant for.

    :param values: the arguments by name, in the modern order; ``self`` is left out.
    :raises TypeError: there are more arguments than 3.2 had.
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


def takes_classic_order(make: F) -> F:
    """Decorate a client's ``__new__`` to take its positional arguments in a classic order as well."""

    @functools.wraps(make)
    def wrapper(cls: type, *args: Any, **kwargs: Any) -> Any:
        if args and (args[0] is None or isinstance(args[0], IOLoop)):
            args = _client_in_modern_order(args, kwargs)
        return make(cls, *args, **kwargs)

    wrapper.__classic_place__ = 1  # type: ignore[attr-defined]  # as takes_loop marks it
    return cast("F", wrapper)


def _client_in_modern_order(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """Return what is left for ``force_instance``; the others become keyword arguments.

    :raises TypeError: an argument is given by position and by name.
    """
    args, loop = take_loop(args, 0, most=1, none_before=int)
    _set_argument(kwargs, "io_loop", loop)
    if args and not isinstance(args[0], bool):
        _set_argument(kwargs, "max_clients", args[0])
        args = args[1:]
    return args


def _set_argument(kwargs: dict[str, Any], name: str, value: Any) -> None:
    if value is None:
        return
    if kwargs.get(name) is not None:
        raise TypeError(f"{name} is given by its place and by its name")
    kwargs[name] = value
