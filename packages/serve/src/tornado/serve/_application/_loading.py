"""From the command line to what a server calls."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from .._errors import ServeError
from ._kinds import check_kind, recognise
from ._target import find_target

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from .._command._settings import ApplicationSettings


class Loaded(NamedTuple):
    """An application that was imported."""

    application: Any
    kind: str
    settings: ApplicationSettings

    def delegate(self) -> Any:
        """Return what a server passes requests to; call it in the process that serves."""
        if self.kind == "asgi":
            return _container("asgi")(self.application, root_path=self.settings.root_path)
        if self.kind == "wsgi":
            return _container("wsgi")(self.application, _make_executor(self.settings.threads))
        return self.application


def load(settings: ApplicationSettings) -> Loaded:
    """Import the application, or make it by its factory.

    :raises ServeError: it cannot be found, or is nothing that can be served here.
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
    else:
        check_kind(found, kind, settings.target)
    if kind != "tornado":
        _container(kind)  # forked workers share what it imports
    return Loaded(found, kind, settings)


def _container(kind: str) -> Callable[..., Any]:
    """Return the class that serves applications of another kind.

    :raises ServeError: its piece is not installed.
    """
    try:
        if kind == "asgi":
            from tornado.asgi import ASGIContainer

            return ASGIContainer
        from tornado.wsgi import WSGIContainer
    except ModuleNotFoundError as error:
        raise ServeError(
            f"{kind.upper()} applications need another piece ({error}):"
            f" pip install 'tornado-serve[{kind}]'"
        ) from error
    return WSGIContainer


def _make_executor(count: int) -> Executor | None:
    """Return the threads in which a WSGI application runs; None to call it on the loop."""
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(count, thread_name_prefix="wsgi") if count else None
