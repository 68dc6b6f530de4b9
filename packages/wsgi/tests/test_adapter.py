"""Handlers of ours under a WSGI server: called with an environ."""

from __future__ import annotations

import io
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from tornado.web import Application, RequestHandler
from tornado.wsgi import CannotWaitError, WSGIAdapter, WSGIApplication


class Hello(RequestHandler):
    def get(self):
        self.write("Hello, world")


class Waiting(RequestHandler):
    async def get(self):
        import asyncio

        await asyncio.sleep(0.01)


def call(application, path="/", method="GET", body=b"", **environ):
    """Call a WSGI application; return the status, the header fields and the body."""
    environ = {
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "REQUEST_METHOD": method,
        "QUERY_STRING": "",
        **environ,
    }
    environ["wsgi.input"] = io.BytesIO(body)
    if body:
        environ["CONTENT_LENGTH"] = str(len(body))
    setup_testing_defaults(environ)
    seen = []
    written = []

    def start_response(status, headers, exc_info=None):
        seen[:] = [(status, dict(headers))]
        return written.append

    pieces = validator(application)(environ, start_response)
    try:
        written += pieces
    finally:
        pieces.close()
    [(status, headers)] = seen
    return status, headers, b"".join(written)


@pytest.mark.parametrize("kind", [WSGIApplication, lambda routes: WSGIAdapter(Application(routes))])
def test_a_handler_answers(kind):
    status, headers, body = call(kind([("/", Hello)]))
    assert (status, body) == ("200 OK", b"Hello, world")
    assert headers["Content-Length"] == "12"


@pytest.mark.expected_errors("500 GET /")
def test_a_handler_that_waits_is_an_error_that_says_so():
    with pytest.raises(CannotWaitError, match=r"Waiting\.get .* waits; under a WSGI server"):
        call(WSGIAdapter(Application([("/", Waiting)])))
