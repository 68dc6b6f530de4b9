"""Public names for objects of private modules."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


def publish(
    namespace: dict[str, Any],
    modules: Mapping[str, str] | None = None,
    *,
    aliases: Mapping[str, str] | None = None,
) -> None:
    """Show the public module as the ``__module__`` of the objects in its ``__all__``.

    Call it in the last line of a public module: ``publish(globals())``. It changes only objects that
    were made in private modules below the public one.

    A public module whose import must be cheap imports its private modules only for the type checker,
    and lists them here. A private module is then imported when one of its names is first used, and
    the name is kept in the public module.

    Programs also take names from modules that only use them: ``tornado.queues.Event``. These are
    aliases. They are imported each time they are used, and ``dir()`` lists only those that are in
    ``__all__``.

    :param namespace: the ``globals()`` of a public module.
    :param modules: for each name that is to be imported later, the private module that has it.
    :param aliases: for each name that belongs to another public module, that module.
    """
    for name in namespace["__all__"]:
        if name in namespace:
            _set_module(namespace, namespace[name])
    if modules is not None:
        namespace["__dir__"] = lambda: sorted({*namespace, *namespace["__all__"], *modules})
    if modules or aliases:
        namespace["__getattr__"] = _make_getattr(namespace, modules or {}, aliases or {})


def _set_module(namespace: dict[str, Any], thing: Any) -> None:
    public = namespace["__name__"]
    if (getattr(thing, "__module__", None) or "").startswith(public + "._"):
        thing.__module__ = public


def _make_getattr(
    namespace: dict[str, Any], modules: Mapping[str, str], aliases: Mapping[str, str]
) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a module whose names come from others (PEP 562)."""
    public = namespace["__name__"]

    def import_name(name: str) -> Any:
        if name in modules:
            module = __import__(f"{public}.{modules[name]}", fromlist=[name])
            for each in modules:
                if modules[each] == modules[name]:
                    _set_module(namespace, getattr(module, each))
            thing = namespace[name] = getattr(module, name)
            return thing
        if name in aliases:  # not kept, so that vars() of the module does not depend on its use
            return getattr(__import__(aliases[name], fromlist=[name]), name)
        raise AttributeError(f"module {public!r} has no attribute {name!r}", name=name)

    return import_name
