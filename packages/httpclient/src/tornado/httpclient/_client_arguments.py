"""The arguments of a client in the orders of earlier generations.

1.2 to 2.4 had ``(io_loop, max_clients, force_instance)``, 3.0 to 4.5 ``(io_loop, force_instance)``.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar, cast

from tornado.ioloop import IOLoop, take_loop

if TYPE_CHECKING:
    from collections.abc import Callable

    F = TypeVar("F", bound=Callable[..., Any])


def takes_classic_order(make: F) -> F:
    """Decorate ``__new__`` to take its positional arguments in a classic order as well."""

    @functools.wraps(make)
    def wrapper(cls: type, *args: Any, **kwargs: Any) -> Any:
        if args and (args[0] is None or isinstance(args[0], IOLoop)):
            args = _in_modern_order(args, kwargs)
        return make(cls, *args, **kwargs)

    wrapper.__classic_place__ = 1  # type: ignore[attr-defined]  # as takes_loop marks it
    return cast("F", wrapper)


def _in_modern_order(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """Return what is left for ``force_instance``; the others become keyword arguments.

    :raises TypeError: if an argument is given by its place and by its name.
    """
    args, loop = take_loop(args, 0, most=1, none_before=int)
    _give(kwargs, "io_loop", loop)
    if args and not isinstance(args[0], bool):
        _give(kwargs, "max_clients", args[0])
        args = args[1:]
    return args


def _give(kwargs: dict[str, Any], name: str, value: Any) -> None:
    if value is None:
        return
    if kwargs.get(name) is not None:
        raise TypeError(f"{name} is given by its place and by its name")
    kwargs[name] = value
