"""Functions that programs used when Python lacked what it has today."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta
    from types import CodeType, TracebackType
    from typing import Any, NoReturn, TypeAlias

    ExcInfo: TypeAlias = (
        tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    )


def exec_in(
    code: str | CodeType, glob: dict[str, Any], loc: Mapping[str, Any] | None = None
) -> None:
    """Run code with the given namespaces.

    >>> namespace = {}
    >>> exec_in("answer = 6 * 7", namespace)
    >>> namespace["answer"]
    42

    Text is compiled without this module's own ``__future__`` imports. The code runs with all the
    rights of the program: never pass text that a user wrote.

    :param code: source text, or the result of :func:`compile`.
    :param glob: the global names, changed in place.
    :param loc: the local names; by default the global ones.
    """
    if isinstance(code, str):
        code = compile(code, "<string>", "exec", dont_inherit=True)
    exec(code, glob, loc)  # noqa: S102 - running code is what this function is for


def errno_from_exception(e: BaseException) -> Any:
    """Return the error number of an exception, or None.

    This is its attribute ``errno`` or, if it has none, its first argument.

    >>> errno_from_exception(OSError(2, "no such file"))
    2
    >>> errno_from_exception(ValueError()) is None
    True
    """
    if hasattr(e, "errno"):
        return e.errno
    return e.args[0] if e.args else None


def raise_exc_info(exc_info: ExcInfo) -> NoReturn:
    """Raise an exception that was caught earlier, with the traceback that it had then.

    :param exc_info: the result of :func:`sys.exc_info`.
    :raises TypeError: there is no exception in it.
    """
    try:
        if exc_info[1] is None:
            raise TypeError("no exception to raise: exc_info is (None, None, None)")
        raise exc_info[1].with_traceback(exc_info[2])
    finally:
        # The traceback refers to this frame. Without this, the two would keep each other alive.
        del exc_info


def timedelta_to_seconds(td: timedelta) -> float:
    """Return a length of time in seconds, like ``td.total_seconds()``."""
    return td.total_seconds()
