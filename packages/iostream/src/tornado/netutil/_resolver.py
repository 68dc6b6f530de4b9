"""From host names to addresses."""

from __future__ import annotations

import functools
import socket
from concurrent import futures
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from tornado.concurrent import dummy_executor
from tornado.ioloop import IOLoop, acting_on, takes_loop
from tornado.util import Configurable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    F = TypeVar("F", bound=Callable[..., Any])

#: The family and the address of a socket to connect.
Resolved = list[tuple[int, Any]]


def takes_callback(resolve: F) -> F:
    """Decorate a resolver's ``resolve`` to take a ``callback`` as its last argument, as until 5.1.

    With one, the call returns None, and the callback gets the addresses on the resolver's loop. An
    exception goes to the handler of the request that called, or to the log.
    """

    def wrapper(
        self: Resolver,
        host: str,
        port: int,
        family: socket.AddressFamily = socket.AF_UNSPEC,
        callback: Callable[[Resolved], Any] | None = None,
    ) -> Awaitable[Resolved] | None:
        if callback is None:
            found: Awaitable[Resolved] = resolve(self, host, port, family)
            return found
        from tornado.gen import convert_yielded

        loop = self.io_loop or IOLoop.current()
        with acting_on(loop):
            future = convert_yielded(resolve(self, host, port, family))
        loop.add_future(future, lambda done: callback(done.result()))
        return None

    functools.update_wrapper(wrapper, resolve)
    del wrapper.__wrapped__  # type: ignore[attr-defined]  # its signature is not the whole one
    return cast("F", wrapper)


class Resolver(Configurable):
    """The interface of resolvers, which turn host names into addresses without blocking the loop.

    ``Resolver()`` makes the configured kind; `configure` chooses another one for the whole process,
    by class or by name::

        Resolver.configure("tornado.netutil.ThreadedResolver", num_threads=4)

    - `DefaultLoopResolver`: the loop's own (the default).
    - `DefaultExecutorResolver`: ``getaddrinfo`` in the loop's default executor.
    - `ThreadedResolver`, `ExecutorResolver`: in threads of its own or in a given executor.
    - `BlockingResolver`: at once, which blocks the loop.
    - `OverrideResolver`: a fixed table before another resolver.
    - `.CaresResolver`: c-ares, with the ``cares`` extra.

    A subclass defines `resolve`, and `initialize` and `close` where it needs them.

    Classic programs give ``io_loop``, which was the first argument, and ``callback`` to `resolve`.
    """

    #: The loop that callbacks are called on; None stands for the current one.
    io_loop: IOLoop | None = None

    @takes_loop()
    def initialize(self, *, io_loop: IOLoop | None = None) -> None:
        """Take the classic argument; see the class."""
        self.io_loop = io_loop

    @classmethod
    def configurable_base(cls) -> type[Resolver]:
        """Return this class."""
        return Resolver

    @classmethod
    def configurable_default(cls) -> type[Resolver]:
        """Return `DefaultLoopResolver`."""
        return DefaultLoopResolver

    def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> Awaitable[Resolved]:
        """Resolve a host name.

        :param host: a name or a numeric address.
        :param port: passed on into the addresses.
        :param family: ``AF_INET`` or ``AF_INET6`` to keep to one.
        :returns: a list of families and addresses, each ready for ``socket.connect``, the
            recommended one first.
        :raises OSError: if the name cannot be resolved.
        """
        raise NotImplementedError(f"{type(self).__name__} must define resolve(host, port, family)")

    def close(self) -> None:
        """Free what the resolver uses."""


class DefaultLoopResolver(Resolver):
    """A resolver that uses the loop's ``getaddrinfo``."""

    @takes_callback
    async def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> Resolved:
        """Resolve a host name; see `Resolver.resolve`."""
        numeric = _numeric_address(host, port, family)
        if numeric is not None:
            return numeric
        loop = IOLoop.current().asyncio_loop
        found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        return [(item[0], item[4]) for item in found]


class DefaultExecutorResolver(Resolver):
    """A resolver that uses the loop's default executor."""

    @takes_callback
    async def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> Resolved:
        """Resolve a host name; see `Resolver.resolve`."""
        return await IOLoop.current().run_in_executor(None, _look_up, host, port, family)


class ExecutorResolver(Resolver):
    """A resolver that uses an executor.

    :param executor: a `concurrent.futures.Executor`; None resolves at once and blocks.
    :param close_executor: shut a given executor down with `close`.
    """

    @takes_loop(before="executor", none_before=futures.Executor)
    def initialize(
        self,
        executor: futures.Executor | None = None,
        close_executor: bool = True,
        *,
        io_loop: IOLoop | None = None,
    ) -> None:
        """Take the executor; see the class for the arguments."""
        self.io_loop = io_loop
        self.executor = dummy_executor if executor is None else executor
        self.close_executor = close_executor and executor is not None

    def close(self) -> None:
        """Shut the executor down if it belongs to the resolver."""
        if self.close_executor:
            self.executor.shutdown()
        self.executor = None  # type: ignore[assignment]  # unusable from here on

    @takes_callback
    def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> Awaitable[Resolved]:
        """Resolve a host name; see `Resolver.resolve`."""
        return (self.io_loop or IOLoop.current()).run_in_executor(
            self.executor, _look_up, host, port, family
        )


class BlockingResolver(ExecutorResolver):
    """A resolver that blocks the loop until it has the addresses."""

    @takes_loop()
    def initialize(self, *, io_loop: IOLoop | None = None) -> None:  # type: ignore[override]  # documented: takes nothing
        """Take no arguments, except the classic one."""
        super().initialize(io_loop=io_loop)


class ThreadedResolver(ExecutorResolver):
    """A resolver that uses threads, which all resolvers of the process share.

    :param num_threads: how many; the first resolver of a process decides.
    """

    #: None, for tests of programs that shut down a pool of this name. The pool here is `_threads`,
    #: and it ends with the process.
    _threadpool: ClassVar[None] = None
    _threads: ClassVar[futures.ThreadPoolExecutor | None] = None
    _threads_pid: ClassVar[int] = 0

    @takes_loop(before="num_threads", none_before=int)
    def initialize(self, num_threads: int = 10, *, io_loop: IOLoop | None = None) -> None:  # type: ignore[override]  # documented
        """Take the threads; see the class for the arguments."""
        super().initialize(self._get_threads(num_threads), close_executor=False, io_loop=io_loop)

    @classmethod
    def _get_threads(cls, count: int) -> futures.ThreadPoolExecutor:
        import os

        if cls._threads is None or cls._threads_pid != os.getpid():
            # Threads do not survive a fork.
            ThreadedResolver._threads = futures.ThreadPoolExecutor(count, "resolver")
            ThreadedResolver._threads_pid = os.getpid()
        return ThreadedResolver._threads  # type: ignore[return-value]  # set just now


class OverrideResolver(Resolver):
    """A resolver with a table, as ``/etc/hosts`` is a table that is read before a name server is asked.

    :param resolver: resolves the host in the end; it is closed with this one.
    :param mapping: the table. Its keys, from the most to the least specific, are
        ``(host, port, family)``, ``(host, port)`` and ``host``; a value is a host for a key that is
        a host, and otherwise a ``(host, port)``. The port and the family are those of the call where
        the entry does not name them.
    """

    def initialize(self, resolver: Resolver, mapping: Mapping[Any, Any]) -> None:  # type: ignore[override]  # documented
        """Take resolver and table; see the class for the arguments."""
        self.resolver = resolver
        self.mapping = mapping

    def close(self) -> None:
        """Close the other resolver."""
        self.resolver.close()

    @takes_callback
    def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> Awaitable[Resolved]:
        """Resolve what the table says instead of the host; see `Resolver.resolve`."""
        target_host, target_port = self._find_target(host, port, family)
        return self.resolver.resolve(target_host, target_port, family)

    def _find_target(self, host: str, port: int, family: int) -> tuple[str, int]:
        """Return the host and the port to resolve, from the most specific entry that there is."""
        for key in ((host, port, family), (host, port)):
            entry: tuple[str, int] | None = self.mapping.get(key)
            if entry is not None:
                return entry
        return self.mapping.get(host, host), port


def _look_up(host: str, port: int, family: int) -> Resolved:
    """Resolve in the calling thread."""
    found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
    return [(item[0], item[4]) for item in found]


def _numeric_address(host: str, port: int, family: int) -> Resolved | None:
    """Resolve a plain numeric address without a thread: nothing in that can block."""
    for candidate in (socket.AF_INET, socket.AF_INET6):
        if family not in {socket.AF_UNSPEC, candidate}:
            continue
        try:
            socket.inet_pton(candidate, host)
        except (OSError, ValueError):
            continue
        return [(candidate, (host, port) if candidate == socket.AF_INET else (host, port, 0, 0))]
    return None
