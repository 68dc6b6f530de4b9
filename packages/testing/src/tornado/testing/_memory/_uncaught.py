"""Exceptions that handlers do not catch."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from tornado.web import observe_exceptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from tornado.web import RequestHandler


class Uncaught:
    """The first exception of a client's requests that a handler does not catch.

    It is noted between enter and exit, whether or not the application logs it.

    :param owns: tells of a stream whether its requests are the ones to look at.
    """

    def __init__(self, owns: Callable[[object], bool]) -> None:
        self._owns = owns
        self._stack = ExitStack()
        #: The exception, or None.
        self.error: BaseException | None = None

    def __enter__(self) -> Self:
        self._stack.enter_context(observe_exceptions(self._note))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _note(self, handler: RequestHandler, error: BaseException) -> None:
        stream = getattr(handler.request.connection, "stream", None)
        detached = getattr(
            handler, "stream", None
        )  # a handler whose connection outlives the request
        if self.error is None and (self._owns(stream) or self._owns(detached)):
            self.error = error
