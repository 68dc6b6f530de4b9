"""Recognising what an application is."""

from __future__ import annotations

import inspect
from typing import Any

from tornado.httputil import HTTPServerConnectionDelegate

from .._errors import ServeError

#: The parameters of a callable of each kind.
_ASGI_PARAMETERS = 3
_WSGI_PARAMETERS = 2


def recognise(application: Any, name: str) -> str:
    """Return the kind of an application: ``tornado``, ``asgi`` or ``wsgi``.

    :param name: what the user calls it, for messages.
    :raises ServeError: it is none of these, or may be several.
    """
    if isinstance(application, HTTPServerConnectionDelegate):
        return "tornado"
    if not callable(application):
        raise ServeError(f"{name!r} is not an application, but {application!r:.60}")
    if isinstance(application, type):
        raise ServeError(f"{name!r} is a class: name an object, or add --factory to make one of it")
    count = _parameter_count(application)
    if count == _ASGI_PARAMETERS and _is_coroutine_function(application):
        return "asgi"
    if count == _WSGI_PARAMETERS and not _is_coroutine_function(application):
        return "wsgi"
    if count == 0:
        raise ServeError(
            f"{name!r} is a function without arguments: add --factory if it makes the application"
        )
    raise ServeError(
        f"cannot tell what {name!r} is: say so by --kind tornado, --kind asgi or --kind wsgi"
    )


def check_kind(application: Any, kind: str, name: str) -> None:
    """Check that an application may be of the kind that the user says.

    :raises ServeError: it cannot be of that kind.
    """
    if kind == "tornado":
        if not isinstance(application, HTTPServerConnectionDelegate):
            raise ServeError(
                f"--kind tornado: {name!r} is not a tornado.web.Application, but"
                f" {type(application).__name__}"
            )
    elif isinstance(application, HTTPServerConnectionDelegate):
        raise ServeError(
            f"--kind {kind}: {name!r} is an application of Tornado: leave --kind out, or write"
            " --kind tornado"
        )
    elif not callable(application):
        raise ServeError(f"--kind {kind}: {name!r} cannot be called, it is {application!r:.60}")


def _is_coroutine_function(application: Any) -> bool:
    call = vars(_class_with_call(application)).get("__call__")
    return inspect.iscoroutinefunction(application) or inspect.iscoroutinefunction(call)


def _class_with_call(application: Any) -> type[Any]:
    kinds = type(application).__mro__
    return next((kind for kind in kinds if "__call__" in vars(kind)), object)


def _parameter_count(application: Any) -> int | None:
    """Return how many arguments a callable needs; None if its signature does not tell."""
    try:
        parameters = inspect.signature(application).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(each.kind is each.VAR_POSITIONAL for each in parameters):
        return None
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(each.kind in positional and each.default is each.empty for each in parameters)
