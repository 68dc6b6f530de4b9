"""The adapter: an application of ASGI made of one of ours."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from tornado.httputil import HTTPServerConnectionDelegate

from ._exchange import serve_http
from ._limits import Limits
from ._start import Start
from ._upgrade import serve_websocket

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    Event = dict[str, Any]


class ASGIAdapter:
    """An application of ASGI 3 that serves a Tornado application: any server of ASGI can run it.

    ::

        application = tornado.web.Application([(r"/", MainHandler)])
        asgi = ASGIAdapter(application)

    and then ``uvicorn module:asgi``, or another server. Handlers are the same as under our own
    server: bodies that stream both ways, websockets, static files, hooks at start and end.

    :param application: a :class:`tornado.web.Application` or another router.
    :param limits: ``max_body_size``, ``max_header_size``, ``max_header_count``, ``body_timeout``,
        ``min_body_rate`` and ``write_timeout``, as :class:`tornado.httpserver.HTTPServer` has them
        and with the same defaults, because other servers have few of them.
    :raises TypeError: the application is none of ours, or a limit has another name.

    .. versionadded:: 1.0
    """

    def __init__(self, application: HTTPServerConnectionDelegate, **limits: Any) -> None:
        if not isinstance(application, HTTPServerConnectionDelegate):
            raise TypeError(
                "application must be a tornado.web.Application or another router,"
                f" not {application!r:.60}"
            )
        #: The application that is served.
        self.application = application
        self._limits = Limits(**limits)
        self._start = Start(application)

    @property
    def state(self) -> dict[str, Any]:
        """What the hooks of the application share with its requests: the ``state`` of the lifespan.

        Each request has its entries in ``request.connection.scope["state"]``, beside those of the
        server, which come first. Servers without a state get one of the adapter.
        """
        return self._start.state

    @asynccontextmanager
    async def lifespan(self, application: object = None) -> AsyncIterator[None]:
        """Run the hooks of the application around the body of an ``async with``.

        For an application of ASGI that mounts this one and keeps the lifespan to itself. Starlette
        and FastAPI take it as it is: ``Starlette(routes, lifespan=adapter.lifespan)``.

        :param application: the outer one, which is not used.
        :raises Exception: what a hook has raised at the start.
        """
        await self._start.ensure()
        try:
            yield
        finally:
            await self._start.leave()

    async def __call__(
        self,
        scope: Event,
        receive: Callable[[], Awaitable[Event]],
        send: Callable[[Event], Awaitable[None]],
    ) -> None:
        """Serve one scope.

        :raises NotImplementedError: its type is none of ``http``, ``websocket`` and ``lifespan``.
        """
        kind = scope["type"]
        if kind == "lifespan":
            await self._start.serve_lifespan(scope, receive, send)
            return
        if kind not in ("http", "websocket"):
            raise NotImplementedError(f"a scope of the type {kind!r} is not known to Tornado")
        await self._start.ensure()
        # A router in between may pass on the state of its own lifespan, which our hooks do not know.
        state = scope.setdefault("state", {})
        for name, value in self.state.items():
            state.setdefault(name, value)
        serve = serve_http if kind == "http" else serve_websocket
        await serve(self.application, self._limits, scope, receive, send)
