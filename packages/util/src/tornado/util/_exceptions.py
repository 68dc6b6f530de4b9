"""Exceptions: their error numbers, and raising them once more."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, NoReturn, TypeAlias

    ExcInfo: TypeAlias = (
        tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    )


def errno_from_exception(e: BaseException) -> Any:
    """Return the error number of an exception, or None.

    That is its ``errno`` attribute; where a class has none, the first argument of the exception.

    >>> errno_from_exception(OSError(2, "no such file"))
    2
    >>> errno_from_exception(ValueError()) is None
    True
    """
    if hasattr(e, "errno"):
        return e.errno
    return e.args[0] if e.args else None


def raise_exc_info(exc_info: ExcInfo) -> NoReturn:
    """Raise an exception that was caught earlier, with the traceback it had then.

    :param exc_info: what :func:`sys.exc_info` gave.
    :raises TypeError: if there is no exception in it.
    """
    try:
        if exc_info[1] is None:
            raise TypeError("no exception to raise: exc_info is (None, None, None)")
        raise exc_info[1].with_traceback(exc_info[2])
    finally:
        # The traceback refers to this frame; without this the two would keep each other alive.
        del exc_info
