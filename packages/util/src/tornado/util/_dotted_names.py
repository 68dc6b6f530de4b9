"""Objects found by their dotted names."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from typing import Any


def import_object(name: str) -> Any:
    """Import a module, or an object that a module holds, by its dotted name.

    >>> import_object("collections.abc").__name__
    'collections.abc'
    >>> import_object("posixpath.join")("a", "b")
    'a/b'

    :param name: ``"module"``, ``"package.module"`` or ``"package.module.attribute"``.
    :raises ImportError: the module cannot be imported or has no such attribute.
    :raises TypeError: the name is not a string.
    :raises ValueError: the name is empty.
    """
    if not isinstance(name, str):
        raise TypeError(f"a dotted name is a str, not {type(name).__name__}: {name!r:.100}")
    parent, _, leaf = name.rpartition(".")
    if not parent:
        return __import__(name)
    module = __import__(parent, fromlist=[leaf])
    try:
        return getattr(module, leaf)
    except AttributeError:
        raise ImportError(
            f"cannot import {name!r}: module {parent!r} has no attribute {leaf!r}", name=name
        ) from None
