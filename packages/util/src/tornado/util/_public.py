"""Public names for objects that live in private rooms."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from typing import Any


def publish(face: dict[str, Any]) -> None:
    """Let the objects in the ``__all__`` of a face say the face's name as their module.

    Call it as the last line of a public module: ``publish(globals())``. Only objects made in the
    rooms below that module are changed; names that are re-exported from elsewhere keep their own.

    :param face: the ``globals()`` of a public module.
    """
    public = face["__name__"]
    rooms = public + "._"
    for name in face["__all__"]:
        thing = face[name]
        if (getattr(thing, "__module__", None) or "").startswith(rooms):
            thing.__module__ = public
