"""A record of what a thread makes: tasks, timers, sockets, clients, periodic callbacks.

Theory of operation
===================
While at least one recording is on, the methods that make such things are wrapped on their classes,
so that the recording covers every loop and every socket of the process. (The class of a loop that is
not asyncio's has to be added.) A wrapper calls the method and notes the result, or the object itself,
with the line of the application that asked for it. Only weak references are kept, so nothing lives
longer for being recorded. Without a recording the classes are as they were.

:mod:`._leftovers` decides which of the recorded things are still there.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import sys
import threading
import weakref
from collections import deque
from contextlib import contextmanager
from socket import socket  # this one, even if a test replaces it
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from tornado.httpclient import AsyncHTTPClient
from tornado.ioloop import PeriodicCallback
from tornado.platform.asyncio import BaseAsyncIOLoop

from ._origin import Origin, origin_of_call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType, FrameType

Kind: TypeAlias = Literal["task", "socket", "client", "websocket", "periodic callback"]

#: Notes what a call of a wrapped method has made: its object, its arguments, its result, and the
#: frame of its caller.
Note: TypeAlias = "Callable[[Any, tuple[Any, ...], dict[str, Any], Any, FrameType], None]"


class Creation(NamedTuple):
    """One thing that was made."""

    reference: weakref.ref[Any]
    origin: Origin | None


class TimerCreation(NamedTuple):
    """A timer that was made, with its loop and callback: not every kind of timer has these."""

    reference: weakref.ref[Any]
    origin: Origin
    loop: weakref.ref[asyncio.AbstractEventLoop]
    callback: str  #: its name only, so that the callback can be collected


class Recording:
    """What one thread makes from :meth:`start` to :meth:`stop`."""

    def __init__(self) -> None:
        self._thread = threading.get_ident()
        self._creations: dict[Kind, dict[int, Creation]] = {}
        self._timers: dict[int, TimerCreation] = {}
        #: Where callbacks that are coroutine functions were given to a loop, until it calls them.
        self._scheduled_callbacks: dict[CodeType, deque[Origin | None]] = {}

    def start(self) -> None:
        """Begin to record what the calling thread makes."""
        self._thread = threading.get_ident()
        _active_recordings.append(self)
        if not _unwrappers:
            _unwrappers.extend(_wrap_all())

    def add_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        """Record what is made on a loop of any class; those of asyncio are covered anyway."""
        if self in _active_recordings and not isinstance(loop, tuple(_wrapped_loops)):
            _unwrappers.extend(_wrap_loop(type(loop)))

    def stop(self) -> None:
        """End the recording; what was recorded stays. Stopping twice does nothing."""
        if self in _active_recordings:
            _active_recordings.remove(self)
            _unwrap_unless_needed()

    def things(self, kind: Kind) -> Iterator[tuple[Any, Origin | None]]:
        """Yield everything of a kind that is still alive, with where it was made."""
        for made in list(self._creations.get(kind, {}).values()):
            thing = made.reference()
            if thing is not None:
                yield thing, made.origin

    def timers(self) -> Iterator[tuple[Any, TimerCreation]]:
        """Yield the timers that may still go off."""
        for made in list(self._timers.values()):
            timer, loop = made.reference(), made.loop()
            if timer is None or loop is None or timer.cancelled() or loop.is_closed():
                continue
            if timer.when() > loop.time():
                yield timer, made

    def origin(self, kind: Kind, thing: object) -> Origin | None:
        """Return where a thing was made, if that was recorded."""
        made = self._creations.get(kind, {}).get(id(thing))
        return made.origin if made is not None and made.reference() is thing else None

    def note(self, kind: Kind, thing: Any, origin: Origin | None) -> None:
        """Add a thing to the record."""
        made = self._creations.setdefault(kind, {})
        made[id(thing)] = Creation(_reference(thing, made), origin)

    def note_callback(self, code: CodeType, origin: Origin | None) -> None:
        """Add where a callback was given to a loop that will make a task of it."""
        self._scheduled_callbacks.setdefault(code, deque()).append(origin)

    def origin_of_callback(self, task: asyncio.Task[Any]) -> Origin | None:
        """Return where the callback was given to the loop: it calls them in their order."""
        places = self._scheduled_callbacks.get(getattr(task.get_coro(), "cr_code", None))  # type: ignore[arg-type]  # None is not there
        return places.popleft() if places else None

    def note_timer(
        self, timer: Any, loop: asyncio.AbstractEventLoop, callback: Any, origin: Origin
    ) -> None:
        """Add a timer to the record."""
        reference = _reference(timer, self._timers)
        made = TimerCreation(reference, origin, weakref.ref(loop), name_of(callback))
        self._timers[id(timer)] = made

    def is_of_this_thread(self) -> bool:
        """Tell whether the calling thread is the one that is recorded."""
        return threading.get_ident() == self._thread


@contextmanager
def keep_wrappers() -> Iterator[None]:
    """Keep the wrappers between the recordings in this block.

    A change of a class costs more than the wrappers: Python drops what it has cached about it.
    """
    _keepers.append(True)
    try:
        yield
    finally:
        _keepers.pop()
        _unwrap_unless_needed()


def _unwrap_unless_needed() -> None:
    while _unwrappers and not _active_recordings and not _keepers:
        _unwrappers.pop()()


def name_of(thing: Any) -> str:
    """Return how a function or coroutine is called in a report."""
    return getattr(thing, "__qualname__", None) or repr(thing)[:100]


def _reference(thing: Any, record: dict[int, Any]) -> weakref.ref[Any]:
    # By identity, because timers that are due at the same time are equal.
    key = id(thing)
    return weakref.ref(thing, lambda _: record.pop(key, None))


def _find_callback(call: tuple[Any, ...]) -> Any:
    """Return the callback of the application, which the loop passes to a method of its own."""
    callback, *arguments = call
    if getattr(callback, "__name__", "") == "_run_callback" and arguments:
        callback = arguments[0]
    while isinstance(callback, functools.partial):
        callback = callback.func
    return callback


#: The recordings that are on, the blocks of `keep_wrappers`, the loop classes whose methods are
#: wrapped, and functions that remove the wrappers.
_active_recordings: list[Recording] = []
_keepers: list[bool] = []
_wrapped_loops: set[type] = set()
_unwrappers: list[Callable[[], None]] = []


def _wrap_all() -> Iterator[Callable[[], None]]:
    """Wrap the methods, and yield functions that unwrap them."""
    yield _wrapped_loops.clear
    yield from _wrap_loop(asyncio.BaseEventLoop)
    yield _wrap(socket, "__init__", _note_itself("socket"))
    yield _wrap(AsyncHTTPClient, "initialize", _note_itself("client"))
    for connection in _websocket_classes():
        yield _wrap(connection, "__init__", _note_itself("websocket"))
    yield _wrap(PeriodicCallback, "start", _note_itself("periodic callback"))
    yield _wrap(BaseAsyncIOLoop, "add_callback", _note_callback)


def _websocket_classes() -> list[type]:
    try:
        from tornado.websocket import WebSocketClientConnection
    except ImportError:  # not installed
        return []
    return [WebSocketClientConnection]


def _wrap_loop(loop: type[asyncio.AbstractEventLoop]) -> Iterator[Callable[[], None]]:
    _wrapped_loops.add(loop)
    yield _wrap(loop, "create_task", _note_task)
    yield _wrap(loop, "call_at", _note_timer)
    # It calls call_at on some loops. A timer that is noted twice is noted once.
    yield _wrap(loop, "call_later", _note_timer)


def _recordings() -> list[Recording]:
    """Return the recordings of the calling thread."""
    return [each for each in _active_recordings if each.is_of_this_thread()]


def _note_task(
    loop: Any, args: tuple[Any, ...], kwargs: dict[str, Any], task: Any, frame: FrameType
) -> None:
    origin = origin_of_call(frame)
    for recording in _recordings():
        found = origin or recording.origin_of_callback(task)
        if found is not None:
            recording.note("task", task, found)


def _note_callback(
    loop: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: object, frame: FrameType
) -> None:
    callback = args[0] if args else kwargs.get("callback")
    code = getattr(_find_callback((callback,)), "__code__", None)
    if code is not None and code.co_flags & inspect.CO_COROUTINE:
        for recording in _recordings():
            recording.note_callback(code, origin_of_call(frame))


def _note_timer(
    loop: Any, args: tuple[Any, ...], kwargs: dict[str, Any], timer: Any, frame: FrameType
) -> None:
    origin = origin_of_call(frame, of_clients=False)
    if origin is None or not hasattr(timer, "when"):  # uvloop gives a plain handle for "at once"
        return
    callback = _find_callback(args[1:] or (kwargs.get("callback"),))
    if isinstance(getattr(callback, "__self__", None), PeriodicCallback):
        return  # it is recorded itself
    for recording in _recordings():
        recording.note_timer(timer, loop, callback, origin)


def _note_itself(kind: Kind) -> Note:
    def note(
        thing: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: object, frame: FrameType
    ) -> None:
        origin = origin_of_call(frame, of_clients=kind != "socket")
        # Tornado's own sockets belong to something that is recorded.
        if origin is not None or kind != "socket":
            for recording in _recordings():
                recording.note(kind, thing, origin)

    return note


def _wrap(cls: Any, name: str, note: Note) -> Callable[[], None]:
    """Let a method of a class note what it makes, and return a function that ends this."""
    is_own = name in vars(cls)
    original = getattr(cls, name)

    @functools.wraps(original)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = original(self, *args, **kwargs)
        if _active_recordings:
            note(self, args, kwargs, result, sys._getframe(1))
        return result

    def unwrap() -> None:
        if vars(cls).get(name) is not method:
            return  # it was wrapped again, so it has to stay, and notes nothing
        if is_own:
            setattr(cls, name, original)
        else:
            delattr(cls, name)

    setattr(cls, name, method)
    return unwrap
