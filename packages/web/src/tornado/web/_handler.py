"""The handler: one object for each request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._identity._cross_site import CrossSite
from ._identity._current_user import Identity
from ._identity._signed_cookies import SignedCookies
from ._identity._xsrf import Xsrf
from ._input._arguments import Arguments
from ._input._json_body import JSONBody
from ._output._response import Response
from ._pages._language import Language
from ._pages._static_urls import StaticURLs
from ._pages._templates import Templates
from ._running._asynchronous import Callbacks
from ._running._execution import Execution
from ._running._methods import MissingMethods

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tornado.httputil import HTTPServerRequest

    from ._application import Application


class RequestHandler(
    Arguments,
    JSONBody,
    Response,
    Templates,
    Language,
    Identity,
    SignedCookies,
    Xsrf,
    CrossSite,
    StaticURLs,
    Callbacks,
    MissingMethods,
    Execution,
):
    """Answer requests; a subclass has a method for each HTTP method that it answers.

    For each request an object is made, and these are called in this order: ``initialize`` with the
    keyword arguments of the route, ``prepare``, the method (``get``, ``post``, ...) with the groups
    of the path, and ``on_finish`` when the response has been sent. ``prepare`` and the methods may
    be ``async def``.

    Methods of a handler are called on its loop and not safe elsewhere; from other threads use
    :meth:`tornado.ioloop.IOLoop.add_callback`.

    :param application: the application.
    :param request: the request.
    """

    def __init__(self, application: Application, request: HTTPServerRequest, **kwargs: Any) -> None:
        self.application = application
        self.request = request
        self._finished = self._headers_written = False
        self.clear()
        if kwargs:
            self.initialize(**kwargs)
        else:
            self.initialize()

    def _initialize(self) -> None:
        """Take the keyword arguments of the route; for subclasses, which declare them."""

    # Typed as open, so that type checkers let a subclass declare its own arguments; so are the
    # methods below.
    initialize: Callable[..., None] = _initialize

    # The methods. Not all of them mean something for every resource.

    _unimplemented_method = MissingMethods._unimplemented_method

    head: Callable[..., Awaitable[None] | None] = _unimplemented_method
    get: Callable[..., Awaitable[None] | None] = _unimplemented_method
    post: Callable[..., Awaitable[None] | None] = _unimplemented_method
    delete: Callable[..., Awaitable[None] | None] = _unimplemented_method
    patch: Callable[..., Awaitable[None] | None] = _unimplemented_method
    put: Callable[..., Awaitable[None] | None] = _unimplemented_method
    options: Callable[..., Awaitable[None] | None] = _unimplemented_method

    # The body of the request.

    #: The longest body, in bytes, that this handler takes; longer ones are answered with 413.
    #: ``None`` leaves it to the server's ``max_body_size``.
    max_body_size: int | None = None

    _stream_request_body = False

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Take a piece of the body; for subclasses with :func:`stream_request_body`.

        May be ``async def``: the next piece comes when it is done.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define data_received")

    # The end of a request.

    def on_finish(self) -> None:
        """Be called when the response has been handed over; for subclasses.

        For cleaning up and for logging: nothing can be sent any more.
        """

    def on_connection_close(self) -> None:
        """Be called when the client goes away before its response is finished; for subclasses.

        For handlers that wait for something: they may stop. It is not called for a client that
        leaves behind a finished response, and not when it cannot be noticed: TCP has no sign for
        a cable that was pulled.
        """

    def reverse_url(self, name: str, *args: Any) -> str:
        """Give the URL of the route `name`; see :meth:`Application.reverse_url`."""
        return self.application.reverse_url(name, *args)

    def require_setting(self, name: str, feature: str = "this feature") -> None:
        """Check that the application has a setting.

        :raises Exception: it has not; the message names the setting and the feature.
        """
        if not self.settings.get(name):
            raise Exception(f"set the {name!r} setting of the application to use {feature}")
