"""Public names for objects that live in private rooms."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


def publish(
    face: dict[str, Any],
    rooms: Mapping[str, str] | None = None,
    *,
    aliases: Mapping[str, str] | None = None,
) -> None:
    """Let the objects in the ``__all__`` of a face say the face's name as their module.

    Call it as the last line of a public module: ``publish(globals())``. Only objects made in the
    rooms below that module are changed; names that are re-exported from elsewhere keep their own.

    A face whose import must be cheap leaves its rooms for later: it imports them for the type
    checker only and names them here. A room is then imported when one of its names is first asked
    for, and the name stays in the face.

    Programs also take names from modules that only use them: ``tornado.queues.Event``. These are
    aliases. Nothing is imported for them before somebody asks, and those that are not in
    ``__all__`` do not show.

    :param face: the ``globals()`` of a public module.
    :param rooms: for every name that is still to be imported, the room that has it.
    :param aliases: names of other public modules that can be had from this one, and the module
        that each comes from.
    """
    for name in face["__all__"]:
        if name in face:
            _rename(face, face[name])
    if rooms is not None:
        face["__dir__"] = lambda: sorted({*face, *face["__all__"], *rooms})
    if rooms or aliases:
        face["__getattr__"] = _importer(face, rooms or {}, aliases or {})


def _rename(face: dict[str, Any], thing: Any) -> None:
    public = face["__name__"]
    if (getattr(thing, "__module__", None) or "").startswith(public + "._"):
        thing.__module__ = public


def _importer(
    face: dict[str, Any], rooms: Mapping[str, str], aliases: Mapping[str, str]
) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a module whose names come from others (PEP 562)."""
    public = face["__name__"]

    def import_name(name: str) -> Any:
        if name in rooms:
            room = __import__(f"{public}.{rooms[name]}", fromlist=[name])
            for each in rooms:
                if rooms[each] == rooms[name]:
                    _rename(face, getattr(room, each))
            thing = face[name] = getattr(room, name)
            return thing
        if name in aliases:  # not kept: the names of a face do not depend on who has asked
            return getattr(__import__(aliases[name], fromlist=[name]), name)
        raise AttributeError(f"module {public!r} has no attribute {name!r}", name=name)

    return import_name
