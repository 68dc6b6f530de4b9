"""The application of Tornado 2 to 5 for WSGI servers."""

from __future__ import annotations

from typing import Any

from tornado.web import Application

from ._adapter import WSGIAdapter


class WSGIApplication(Application):
    """A ``tornado.web.Application`` that WSGI servers can call as it is.

    ::

        import wsgiref.simple_server

        application = tornado.wsgi.WSGIApplication([
            (r"/", MainHandler),
        ])
        wsgiref.simple_server.make_server("", 8888, application).serve_forever()

    :class:`WSGIAdapter` says what handlers can do there. Our own server takes this application too. The
    source is not watched in debug mode, the server does that or not.
    """

    def __init__(self, handlers: Any = None, default_host: Any = None, **settings: Any) -> None:
        settings.setdefault("autoreload", False)
        super().__init__(handlers, default_host, **settings)
        self._adapter = WSGIAdapter(self)

    def __call__(self, environ: Any, start_response: Any = None) -> Any:
        """Answer a request: an environ and ``start_response``, or a request of our own server."""
        if start_response is None:
            return super().__call__(environ)
        return self._adapter(environ, start_response)
