"""The asynchronous client, whichever implementation is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, overload

from tornado.ioloop import IOLoop, acting_on, chosen_loop, takes_loop
from tornado.util import Configurable

from ._classic_order import takes_classic_order
from ._fetch._fetch_result import FetchResult
from ._request._request import HTTPRequest, check_timeouts, plain_request, settle

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from ._response._response import HTTPResponse
    from ._response._stream import ResponseStream

#: The attribute of a loop that holds its shared clients, so that they live as long as the loop.
_SHARED = "_tornado_http_clients"


class AsyncHTTPClient(Configurable):
    """An HTTP client that does not block.

    Calling the class returns the client of the running loop: all callers share it, and with it its
    connections. ``force_instance=True`` makes a separate client, to be closed by `close` or by
    ``async with``::

        async with AsyncHTTPClient(force_instance=True, max_clients=50) as client:
            response = await client.fetch("https://www.example.com/")

    The implementation is `.SimpleAsyncHTTPClient` unless `configure` chooses another one for the
    process, by class or by name. The class of an implementation can also be called directly.

    :param force_instance: make a new client that is not shared.
    :param io_loop: classic, and the first positional argument: another loop of this thread to run
        on. ``max_clients`` (a number) and ``force_instance`` may follow it, as in 2.x, or
        ``force_instance`` alone.
    :param defaults: values for options that requests leave open, by the names of `HTTPRequest`.
    :param kwargs: options of the implementation.
    """

    #: The values of options that requests leave open: those of the class, and the client's own.
    defaults: dict[str, Any]
    io_loop: IOLoop
    #: The asyncio loop that the client runs on.
    #:
    #: .. versionadded:: 1.0
    asyncio_loop: asyncio.AbstractEventLoop
    _is_closed = False
    _is_shared = False

    @classmethod
    def configurable_base(cls) -> type[AsyncHTTPClient]:
        """Return this class."""
        return AsyncHTTPClient

    @classmethod
    def configurable_default(cls) -> type[AsyncHTTPClient]:
        """Return `.SimpleAsyncHTTPClient`."""
        from tornado.simple_httpclient import SimpleAsyncHTTPClient

        return SimpleAsyncHTTPClient

    @takes_classic_order
    def __new__(
        cls, force_instance: bool = False, *, io_loop: IOLoop | None = None, **kwargs: Any
    ) -> Self:
        """Return the loop's client of this class, or a new one."""
        loop = (io_loop and chosen_loop(io_loop)) or IOLoop.current()
        if force_instance:
            return cls._make(loop, kwargs)
        shared: dict[type, Any] = loop.__dict__.setdefault(_SHARED, {})
        client: Self | None = shared.get(cls)
        if client is None:
            client = cls._make(loop, kwargs)
            client._is_shared = True
            shared[cls] = client
        return client

    @classmethod
    def _make(cls, loop: IOLoop, kwargs: dict[str, Any]) -> Self:
        """Make a new client on a loop of this thread."""
        implementation = cls.configured_class() if cls is AsyncHTTPClient else cls
        code = getattr(implementation.initialize, "__code__", None)
        if code is not None and "io_loop" in code.co_varnames[: code.co_argcount]:
            kwargs = {"io_loop": loop, **kwargs}  # subclasses were written like this until 4.5
        with acting_on(loop):
            return super().__new__(cls, **kwargs)

    @takes_loop(before="defaults", none_before=dict)
    def initialize(
        self, defaults: dict[str, Any] | None = None, *, io_loop: IOLoop | None = None
    ) -> None:
        """Set up the part that all implementations have; see the class."""
        self.io_loop = io_loop or IOLoop.current()
        self.asyncio_loop = self.io_loop.asyncio_loop
        self.defaults = HTTPRequest._DEFAULTS | (defaults or {})
        check_timeouts(self.defaults)

    def close(self) -> None:
        """Close the client and its connections. Fetches under way fail.

        The loop's shared client may be closed too; the next call then makes a new one.
        """
        if self._is_closed:
            return
        self._is_closed = True
        if self._is_shared:
            shared = self.io_loop.__dict__.get(_SHARED, {})
            for cls, client in list(shared.items()):
                if client is self:
                    del shared[cls]

    @property
    def is_closed(self) -> bool:
        """True after `close`.

        .. versionadded:: 1.0
        """
        return self._is_closed

    @property
    def is_shared(self) -> bool:
        """True if all callers on the loop get this client; then it is closed with the loop.

        .. versionadded:: 1.0
        """
        return self._is_shared

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self.close()

    @overload
    def fetch(
        self, request: str | HTTPRequest, raise_error: bool = True, **kwargs: Any
    ) -> asyncio.Future[HTTPResponse]: ...
    @overload
    def fetch(
        self, request: str | HTTPRequest, raise_error: Callable[[HTTPResponse], Any], **kwargs: Any
    ) -> None: ...
    @overload
    def fetch(
        self, request: str | HTTPRequest, raise_error: None, callback: bool = True, **kwargs: Any
    ) -> asyncio.Future[HTTPResponse]: ...
    @overload
    def fetch(
        self, request: str | HTTPRequest, *, callback: Callable[[HTTPResponse], Any], **kwargs: Any
    ) -> None: ...

    def fetch(
        self,
        request: str | HTTPRequest,
        raise_error: bool | Callable[[HTTPResponse], Any] | None = True,
        callback: Callable[[HTTPResponse], Any] | bool | None = None,
        **kwargs: Any,
    ) -> asyncio.Future[HTTPResponse] | None:
        """Perform a request.

        Cancelling the future stops the fetch at once.

        :param request: a URL, or an `HTTPRequest`.
        :param raise_error: raise an exception for a status outside of 2xx; if false, such a
            response is returned with its ``error``. A fetch that gets no response raises in any
            case. Classic: the callback, or None.
        :param callback: classic: called on the loop with the response. Errors are in
            ``response.error``, and the call returns None. A boolean here is ``raise_error``, in the
            order of 4.x.
        :param kwargs: for a URL, the arguments of `HTTPRequest`.
        :returns: a Future of the `HTTPResponse`.
        :raises RuntimeError: the client is closed.
        :raises ValueError: there are other arguments together with an `HTTPRequest`.

        The future raises `HTTPClientError` or a subclass for a status and for a broken exchange,
        `OSError` (`ssl.SSLError`, `socket.gaierror`) for the network, and `ValueError` or
        `KeyError` for a request that cannot be made.
        """
        if self._is_closed:
            raise RuntimeError("fetch() called on closed AsyncHTTPClient")
        if isinstance(request, HTTPRequest):
            if kwargs:
                raise _superfluous(kwargs)
        else:
            is_plain = not kwargs and type(request) is str
            request = plain_request(request) if is_plain else HTTPRequest(request, **kwargs)
        settled = settle(request, self.defaults)
        settled._original = request
        if type(raise_error) is not bool or callback is not None:
            raise_error, callback = _split(raise_error, callback)
        future: asyncio.Future[HTTPResponse] = self.asyncio_loop.create_future()
        result = FetchResult(future, raise_error, is_classic=callback is not None)
        result.operation = self.fetch_impl(settled, result)
        if callback is None:
            return future
        function = callback
        self.io_loop.add_future(future, lambda done: function(done.result()))
        return None

    def stream(
        self, request: str | HTTPRequest, raise_error: bool = True, **kwargs: Any
    ) -> ResponseStream:
        """Perform a request whose response is read while it arrives.

        ::

            async with client.stream(url) as response:
                async for chunk in response:
                    ...

        :param raise_error: raise `HTTPClientError` for a status outside of 2xx when the block is
            entered; if false, the block gets such a response like any other.
        :returns: a `ResponseStream`; leaving the block early closes the connection.

        .. versionadded:: 1.0
        """
        from ._response._stream import ResponseStream

        if not isinstance(request, HTTPRequest):
            request = HTTPRequest(request, **kwargs)
        elif kwargs:
            raise _superfluous(kwargs)
        return ResponseStream(self, request, raise_error)

    def fetch_impl(self, request: HTTPRequest, callback: Callable[[HTTPResponse], object]) -> Any:
        """Called to perform a request. Override in an implementation.

        :param request: has a value for every option that has a default.
        :param callback: to be called with the response, once.
        :returns: None, or an object whose ``cancel()`` stops the fetch.
        """
        raise NotImplementedError(f"{type(self).__name__} must define fetch_impl")


def _split(
    raise_error: bool | Callable[[HTTPResponse], Any] | None,
    callback: Callable[[HTTPResponse], Any] | bool | None,
) -> tuple[bool, Callable[[HTTPResponse], Any] | None]:
    """Return both in the modern order; in 4.x, the callback came before ``raise_error``."""
    if isinstance(callback, bool):
        raise_error, callback = callback, raise_error
    elif callable(raise_error):
        raise_error, callback = False, raise_error
    if callback is not None and not callable(callback):
        raise TypeError(f"a callback is a function, not {callback!r:.60}")
    return raise_error is None or bool(raise_error), callback


def _superfluous(kwargs: dict[str, Any]) -> ValueError:
    names = ", ".join(kwargs)
    return ValueError(f"{names} beside an HTTPRequest: set them in the request itself")
