"""Finding the application by its name."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from .._errors import ServeError

if TYPE_CHECKING:
    from types import ModuleType

#: The names that are tried where the command line has none.
_DEFAULT_NAMES = ("app", "application")


def find_target(target: str, directory: str) -> Any:
    """Import a module and return the object that a target names.

    :param target: ``package.module:name``; the name may have dots. Without it, ``app`` or
        ``application``.
    :param directory: is put at the beginning of ``sys.path``.
    :raises ServeError: there is no such module, or it has no such name.
    :raises Exception: what the module itself raises.
    """
    place = os.path.abspath(directory)
    if not os.path.isdir(place):
        raise ServeError(f"--app-dir: {directory!r} is not a directory")
    if place not in sys.path[:1]:
        sys.path.insert(0, place)
    name, _, attribute = target.partition(":")
    _check_form(target, name)
    module = _import(name, place)
    return _attribute(module, attribute) if attribute else _default(module)


def _check_form(target: str, module: str) -> None:
    if module.endswith(".py") or "/" in module:
        path = module.removesuffix(".py").strip("./").replace("/", ".")
        raise ServeError(f"{target!r} is a path: name the module instead, as in '{path}:app'")
    if not all(part.isidentifier() for part in module.split(".")):
        raise ServeError(f"{target!r} does not name a module: write MODULE:NAME, as in 'main:app'")


def _import(name: str, place: str) -> ModuleType:
    missing = _first_missing(name)
    if missing is not None:
        raise ServeError(f"no module named {missing!r}{_advice(missing, place)}")
    return importlib.import_module(name)


def _first_missing(name: str) -> str | None:
    """Return the part of a module's name that does not exist, as far as importing tells."""
    parts = name.split(".")
    for length in range(1, len(parts) + 1):
        part = ".".join(parts[:length])
        if part in sys.modules:
            continue
        try:
            spec = find_spec(part)  # imports the packages above it
        except ModuleNotFoundError as error:
            if error.name == part:
                return part  # what is above it is not a package
            raise
        if spec is None:
            return part
    return None


def _advice(missing: str, place: str) -> str:
    head, _, last = missing.rpartition(".")
    folder = os.path.join(place, *head.split(".")) if head else place
    if hasattr(sys.modules.get(head), last):
        return f": write '{head}:{last}', with a colon before the name in the module"
    close = difflib.get_close_matches(last, _modules_in(folder), n=1)
    if close:
        return f": did you mean {(head + '.' if head else '') + close[0]!r}?"
    return f" in {folder!r} or installed: start in its directory, or name that by --app-dir"


def _modules_in(folder: str) -> list[str]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return [name.removesuffix(".py") for name in names if not name.startswith((".", "_"))]


def _attribute(module: ModuleType, attribute: str) -> Any:
    found: Any = module
    for name in attribute.split("."):
        try:
            found = getattr(found, name)
        except AttributeError:
            owner = getattr(found, "__name__", type(found).__name__)
            close = difflib.get_close_matches(name, [each for each in dir(found) if each[0] != "_"])
            advice = f": did you mean {' or '.join(map(repr, close))}?" if close else ""
            raise ServeError(f"{owner!r} has no attribute {name!r}{advice}") from None
    return found


def _default(module: ModuleType) -> Any:
    for name in _DEFAULT_NAMES:
        if hasattr(module, name):
            return getattr(module, name)
    raise ServeError(
        f"{module.__name__!r} has neither 'app' nor 'application':"
        f" name the object, as in '{module.__name__}:main'"
    )
