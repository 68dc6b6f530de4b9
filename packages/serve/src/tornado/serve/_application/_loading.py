"""From the command line to what a server calls."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from .._errors import ServeError
from ._kinds import recognise
from ._target import find_target

if TYPE_CHECKING:
    from .._command._settings import ApplicationSettings


class Loaded(NamedTuple):
    """An application that was imported."""

    application: Any
    kind: str


def load(settings: ApplicationSettings) -> Loaded:
    """Import the application, or make it by its factory.

    :raises ServeError: it cannot be found, or is nothing that can be served.
    :raises Exception: what the application's own code raises.
    """
    # For programs that read the command line when they are imported.
    sys.argv = [settings.target, *settings.arguments]
    found = find_target(settings.target, settings.app_dir)
    if settings.factory:
        if not callable(found):
            raise ServeError(
                f"--factory: {settings.target!r} cannot be called, it is {found!r:.60}"
            )
        found = found()
    kind = settings.kind
    if kind == "auto":
        kind = recognise(found, settings.target)
    elif kind == "tornado" and recognise(found, settings.target) != "tornado":
        raise ServeError(f"--kind tornado: {settings.target!r} is not a tornado.web.Application")
    return Loaded(found, kind)


def delegate_for(loaded: Loaded) -> Any:
    """Return what a server passes requests to.

    :raises ServeError: the piece that serves this kind is not installed.
    """
    if loaded.kind == "tornado":
        return loaded.application
    raise ServeError(f"applications of the kind {loaded.kind} need tornado-{loaded.kind}")
