"""Code that is run in a namespace of the caller's."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import CodeType
    from typing import Any


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

    :param code: source text, or what :func:`compile` made of it.
    :param glob: the global names, changed in place.
    :param loc: the local names; by default they are the global ones.
    """
    if isinstance(code, str):
        code = compile(code, "<string>", "exec", dont_inherit=True)
    exec(code, glob, loc)  # noqa: S102 - running code is what this function is for
