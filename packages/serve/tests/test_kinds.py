"""What an application is."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from starlette.applications import Starlette

from tornado.serve._application._kinds import check_kind, recognise
from tornado.serve._errors import ServeError
from tornado.web import Application


async def asgi(scope: Any, receive: Any, send: Any) -> None:
    """Do nothing."""


def wsgi(environ: Any, start_response: Any) -> list[bytes]:
    return []


class CallableASGI:
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Do nothing."""


class CallableWSGI:
    def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
        return []


class InheritedASGI(CallableASGI):
    pass


@pytest.mark.parametrize(
    ("application", "kind"),
    [
        (Application(), "tornado"),
        (asgi, "asgi"),
        (CallableASGI(), "asgi"),
        (InheritedASGI(), "asgi"),
        (CallableASGI().__call__, "asgi"),
        (partial(asgi), "asgi"),
        (Starlette(), "asgi"),
        (wsgi, "wsgi"),
        (CallableWSGI(), "wsgi"),
        (partial(wsgi), "wsgi"),
    ],
)
def test_an_application_is_recognised(application: Any, kind: str) -> None:
    assert recognise(application, "main:app") == kind
    check_kind(application, kind, "main:app")


@pytest.mark.parametrize(
    ("application", "message"),
    [
        ("text", "'main:app' is not an application, but 'text'"),
        (None, "'main:app' is not an application, but None"),
        (Application, "'main:app' is a class: name an object, or add --factory"),
        (lambda: None, "'main:app' is a function without arguments: add --factory"),
        (lambda *args: None, "cannot tell what 'main:app' is: say so by --kind tornado"),
        (lambda a, b, c, d: None, "cannot tell what 'main:app' is"),
    ],
)
def test_what_is_none_of_them_is_refused(application: Any, message: str) -> None:
    with pytest.raises(ServeError) as caught:
        recognise(application, "main:app")

    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("application", "kind", "message"),
    [
        (wsgi, "tornado", "--kind tornado: 'main:app' is not a tornado.web.Application"),
        (Application(), "asgi", "--kind asgi: 'main:app' is an application of Tornado"),
        (Application(), "wsgi", "--kind wsgi: 'main:app' is an application of Tornado"),
        ("text", "wsgi", "--kind wsgi: 'main:app' cannot be called"),
        ("text", "asgi", "--kind asgi: 'main:app' cannot be called"),
    ],
)
def test_a_kind_that_cannot_be_is_refused(application: Any, kind: str, message: str) -> None:
    with pytest.raises(ServeError) as caught:
        check_kind(application, kind, "main:app")

    assert str(caught.value).startswith(message)
