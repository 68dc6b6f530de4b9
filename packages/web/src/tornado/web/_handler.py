"""The handler: one object for each request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._identity._identity import Identity
from ._input._input import Input
from ._output._output import Output
from ._pages._pages import Pages
from ._running._execution import Execution

if TYPE_CHECKING:
    from tornado.httputil import HTTPServerRequest

    from ._application import Application


class RequestHandler(Input, Output, Identity, Pages, Execution):
    """A handler answers one request; a subclass has a method for each HTTP method that it answers.

    For each request an object is made, and these are called in this order: ``initialize`` with the
    keyword arguments of the route, ``prepare``, the method (``get``, ``post``, ...) with the groups
    of the path, and ``on_finish`` when the response was sent. ``prepare`` and the methods may be
    ``async def``.

    Methods of a handler are called on its loop, and it is not safe to call them from other threads;
    there, use :meth:`tornado.ioloop.IOLoop.add_callback`.

    It has a base class, a facet, for each subject: what the request says (:class:`Input`), what is
    answered (:class:`Output`), who sent it (:class:`Identity`), pages (:class:`Pages`), and how
    all this runs (:class:`Execution`). Their attributes are in :class:`HandlerState`.

    :param application: the application.
    :param request: the request.
    """

    def __init__(self, application: Application, request: HTTPServerRequest, **kwargs: Any) -> None:
        self.application = application
        self.request = request
        self._finished = self._headers_written = False
        self._body_received = self._prepared = self._new_cookies = None
        self._head_hooks = ()
        self.clear()
        if kwargs:
            self.initialize(**kwargs)
        else:
            self.initialize()

    def reverse_url(self, name: str, *args: Any) -> str:
        """Return the URL of the route `name`; see :meth:`Application.reverse_url`."""
        return self.application.reverse_url(name, *args)
