"""The application: routes and settings."""

from __future__ import annotations

import logging
import socket
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tornado.httpserver import HTTPServer
from tornado.log import access_log
from tornado.routing import (
    AnyMatches,
    DefaultHostMatches,
    HostMatches,
    ReversibleRouter,
    ReversibleRuleRouter,
    Rule,
)
from tornado.routing._literal_text import literal_pattern

from ._handler import RequestHandler
from ._pages._templates import TemplateLoaders
from ._pages._ui_namespace import UIRegistry
from ._running._dispatch import HandlerDelegate
from ._running._hooks import Hooks, Lifecycle
from ._running._log_lines import log_line
from ._simple_handlers import ErrorHandler

if TYPE_CHECKING:
    from tornado.httpserver import Lifespan
    from tornado.httputil import HTTPMessageDelegate, HTTPServerRequest
    from tornado.ioloop import IOLoop

    from ._middleware._chain import Middleware


_is_logged = access_log.isEnabledFor  # saves binding the method for each call


class _ApplicationRouter(ReversibleRuleRouter):
    """Routes whose targets may be handler classes."""

    def __init__(self, application: Application, rules: Any = None) -> None:
        self._application = application
        super().__init__(rules)

    def process_rule(self, rule: Rule) -> Rule:
        rule = super().process_rule(rule)
        if isinstance(rule.target, list | tuple):
            rule.target = _ApplicationRouter(self._application, rule.target)
        return rule

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> HTTPMessageDelegate | None:
        path = request.path
        for rule in self.rules.candidates(path):
            matcher, target = rule.matcher, rule.target
            params = {} if matcher.literal == path else matcher.match(request)
            if params is None:
                continue
            if isinstance(target, type) and RequestHandler in target.__mro__:
                application, kwargs = self._application, rule.target_kwargs
                if params:
                    return application.get_handler_delegate(request, target, kwargs, **params)
                return application.get_handler_delegate(request, target, kwargs)
            if rule.target_kwargs:
                params["target_kwargs"] = rule.target_kwargs
            delegate = self.get_target_delegate(target, request, **params)
            if delegate is not None:
                return delegate
        return None

    def get_target_delegate(
        self, target: Any, request: HTTPServerRequest, **target_params: Any
    ) -> HTTPMessageDelegate | None:
        if isinstance(target, type) and issubclass(target, RequestHandler):
            return self._application.get_handler_delegate(request, target, **target_params)
        return super().get_target_delegate(target, request, **target_params)


class Application(ReversibleRouter):
    """The routes and settings of a site, and what its handlers share.

    An HTTP server calls it for each request::

        application = Application([
            (r"/", MainHandler),
            (r"/story/([0-9]+)", StoryHandler),
        ])
        application.listen(8888)

    :param handlers: routes: :class:`tornado.routing.URLSpec` objects, or tuples of a pattern, a
        handler class, keyword arguments for its ``initialize``, and a name.
    :param default_host: the host whose routes answer requests to an unknown host.
    :param transforms: :class:`OutputTransform` classes; each response gets one of each.
    :param wsgi: classic: the application runs under a WSGI server. It only keeps ``debug`` from
        watching the source.
    :param settings: everything else; handlers have it as ``self.settings``.
    """

    def __init__(
        self,
        handlers: Any = None,
        default_host: Any = None,
        transforms: Any = None,
        wsgi: Any = False,
        **settings: Any,
    ) -> None:
        # Typed as open, so that type checkers accept Application(handlers, **settings): they think
        # that each of the settings may be for each of the arguments.
        self.transforms: list[Any] = _transforms(settings) if transforms is None else [*transforms]
        self.default_host: str | None = default_host
        self.settings = settings
        #: The setting ``middleware``: what is called around each handler, the outermost first.
        self.middleware: tuple[Middleware, ...] = tuple(settings.get("middleware", ()))
        if settings.get("debug"):
            settings.setdefault("serve_traceback", True)
            settings.setdefault("compiled_template_cache", False)
            settings.setdefault("static_hash_cache", False)
            settings.setdefault("autoreload", not wsgi)
        handlers = [*_static_routes(settings), *(handlers or ())]
        self._ui = UIRegistry(settings.get("ui_modules"), settings.get("ui_methods"))
        #: The UI modules by their names.
        self.ui_modules = self._ui.modules
        #: The UI methods by their names.
        self.ui_methods = self._ui.methods
        self._template_loaders = TemplateLoaders()
        self.wildcard_router = _ApplicationRouter(self, handlers)
        self.default_router = _ApplicationRouter(self, [Rule(AnyMatches(), self.wildcard_router)])
        self._lifecycle = Lifecycle(self)
        self._start_autoreload()

    def _start_autoreload(self, io_loop: IOLoop | None = None) -> None:
        """Watch the source if the setting ``autoreload`` is on; once for each loop."""
        if self.settings.get("autoreload"):
            import tornado.autoreload

            tornado.autoreload.start(io_loop=io_loop)

    def __call__(self, request: HTTPServerRequest) -> Any:
        """Answer a complete request, so that an application can be the fallback of another one.

        :returns: the Task that finishes the request; ``None`` if it is finished.
        """
        delegate: Any = self.find_handler(request)
        return delegate.execute()

    def listen(
        self,
        port: int,
        address: str | None = None,
        *,
        family: socket.AddressFamily = socket.AF_UNSPEC,
        backlog: int = 128,
        flags: int | None = None,
        reuse_port: bool = False,
        **kwargs: Any,
    ) -> HTTPServer:
        """Start an HTTP server for this application, in this process.

        :param kwargs: for the constructor of :class:`tornado.httpserver.HTTPServer`; everything
            else is for :meth:`tornado.tcpserver.TCPServer.listen`.
        :returns: the server, to stop it later.
        """
        # Not always the loop on which this object was made.
        self._start_autoreload(kwargs.get("io_loop"))
        server = HTTPServer(self, **kwargs)
        server.listen(
            port,
            address=address,
            family=family,
            backlog=backlog,
            flags=flags,
            reuse_port=reuse_port,
        )
        return server

    # Routes

    def add_handlers(self, host_pattern: str, host_handlers: Any) -> None:
        """Add routes for the hosts that match a pattern; they come before those for all hosts."""
        matcher = HostMatches(host_pattern)
        rule = Rule(matcher, _ApplicationRouter(self, host_handlers))
        self.default_router.rules.insert(-1, rule)
        if self.default_host:
            self.wildcard_router.add_rules(
                [(DefaultHostMatches(self, matcher.host_pattern), host_handlers)]
            )

    def add_transform(self, transform_class: Any) -> None:
        """Add an :class:`OutputTransform` class for each response."""
        self.transforms.append(transform_class)

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> HTTPMessageDelegate | None:
        """Return the delegate that answers a request; never ``None``."""
        router = self.default_router
        if len(router.rules) == 1 and router.rules[0].target is self.wildcard_router:
            router = self.wildcard_router  # no other hosts were added: the usual case
        delegate = router.find_handler(request)
        if delegate is not None:
            return delegate
        handler_class = self.settings.get("default_handler_class")
        if handler_class is not None:
            arguments = self.settings.get("default_handler_args", {})
            return self.get_handler_delegate(request, handler_class, arguments)
        return self.get_handler_delegate(request, ErrorHandler, {"status_code": 404})

    def get_handler_delegate(
        self,
        request: HTTPServerRequest,
        target_class: type[RequestHandler],
        target_kwargs: dict[str, Any] | None = None,
        path_args: list[bytes] | None = None,
        path_kwargs: dict[str, bytes] | None = None,
    ) -> HandlerDelegate:
        """Make the delegate that answers a request with a handler.

        :param target_kwargs: for the handler's ``initialize``.
        :param path_args: the groups of the path; ``path_kwargs`` the named ones.
        """
        kind: type[HandlerDelegate] = HandlerDelegate
        if target_class._stream_request_body:
            from ._input._stream_body import StreamingDelegate

            kind = StreamingDelegate
        return kind(self, request, target_class, target_kwargs, path_args, path_kwargs)

    def reverse_url(self, name: str, *args: Any) -> str:
        """Return the URL of the route `name`.

        :param args: for the groups of its pattern; they are percent-encoded.
        :raises KeyError: there is no such route.
        """
        url = self.default_router.reverse_url(name, *args)
        if url is None:
            raise KeyError(f"{name} not found in named urls")
        return url

    # The start and the end

    # Cached, so that a subclass may have attributes of its own with these names.
    @cached_property
    def on_startup(self) -> Hooks:
        """Functions to be called before the first request: a list that is a decorator as well.

        ::

            @application.on_startup
            async def connect(application):
                application.settings["database"] = await open_pool()

        The setting ``on_startup`` lists the first ones. Each is called with the application, and
        may be ``def`` or ``async def``. They are called in order, once in each process, no matter
        how many servers serve the application. Clients wait until they are done. If one raises,
        the server stops and the program ends with one message and the status 1.

        .. versionadded:: 1.0
        """
        return self._lifecycle.on_startup

    @cached_property
    def on_shutdown(self) -> Hooks:
        """Functions to be called after the last request, in reverse order; see :attr:`on_startup`.

        They are called when every server of the application has stopped and has no connections
        left, as after :meth:`tornado.httpserver.HTTPServer.drain`, or else when the loop ends. What
        one of them raises is logged, and the others are called nevertheless. They are not called
        after a start that has failed.

        .. versionadded:: 1.0
        """
        return self._lifecycle.on_shutdown

    def get_lifespans(self) -> list[Lifespan]:
        return [self._lifecycle.lifespan, *self.default_router.get_lifespans()]

    # The log

    def log_request(self, handler: RequestHandler) -> None:
        """Called to write a line to the access log. Override to write another one.

        The level depends on the status: INFO, WARNING from 400 on, ERROR from 500 on; and INFO for
        a client that has left. The record names the module and the method of the handler.

        Without a subclass, the setting ``log_function`` replaces this: a callable that takes the
        handler.
        """
        if "log_function" in self.settings:
            self.settings["log_function"](handler)
            return
        status = handler._status_code
        if status < 400 or handler._client_left:
            level = logging.INFO
        elif status < 500:
            level = logging.WARNING
        else:
            level = logging.ERROR
        if _is_logged(level):
            milliseconds = 1000.0 * handler.request.request_time()
            summary = handler._request_summary()
            log_line(
                type(handler),
                handler.request,
                access_log,
                level,
                "%d %s %.2fms",
                status,
                summary,
                milliseconds,
            )


def _transforms(settings: dict[str, Any]) -> list[Any]:
    """Return the transforms that the settings ask for."""
    if not (settings.get("compress_response") or settings.get("gzip")):
        return []
    from tornado.web import GZipContentEncoding

    return [GZipContentEncoding]


def _static_routes(settings: dict[str, Any]) -> list[Any]:
    """Return the routes for static files; none without the setting ``static_path``.

    They come before the routes of the application: those below the prefix, and the two files that
    browsers and robots request at the root.
    """
    path = settings.get("static_path")
    if not path:
        return []
    from tornado.web import StaticFileHandler

    prefix = settings.get("static_url_prefix", "/static/")
    handler_class = settings.get("static_handler_class", StaticFileHandler)
    arguments = {**settings.get("static_handler_args", {}), "path": path}
    patterns = (literal_pattern(prefix) + r"(.*)", r"/(favicon\.ico)", r"/(robots\.txt)")
    return [(pattern, handler_class, arguments) for pattern in patterns]
