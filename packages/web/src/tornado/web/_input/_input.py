"""The facet ``Input``: what a handler reads from its request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar, overload

from tornado.escape import json_decode, to_unicode

from .._errors import HTTPError, MissingArgumentError
from .._state import HandlerState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_T = TypeVar("_T")
_V = TypeVar("_V")

# Every character below the space except whitespace: nobody can type one into a form.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


class _ArgDefaultMarker:
    """The default of an argument that is required."""

    def __repr__(self) -> str:
        return "<required>"


_REQUIRED = _ArgDefaultMarker()


class Input(HandlerState):
    """The arguments and the body of a request, decoded."""

    # Arguments

    @overload
    def get_argument(self, name: str, default: str, strip: bool = True) -> str: ...
    @overload
    def get_argument(
        self, name: str, default: _ArgDefaultMarker = _REQUIRED, strip: bool = True
    ) -> str: ...
    @overload
    def get_argument(self, name: str, default: _T, strip: bool = True) -> str | _T: ...
    @overload
    def get_argument(
        self,
        name: str,
        default: _ArgDefaultMarker = _REQUIRED,
        strip: bool = True,
        *,
        type: Callable[[str], _V],
    ) -> _V: ...
    @overload
    def get_argument(
        self, name: str, default: _T, strip: bool = True, *, type: Callable[[str], _V]
    ) -> _V | _T: ...
    def get_argument(
        self,
        name: str,
        default: Any = _REQUIRED,
        strip: bool = True,
        *,
        type: Callable[[str], Any] | None = None,
    ) -> Any:
        """Return the last value of an argument of the query or of the body.

        :param default: the result if there is no such argument; it is not converted.
        :param strip: remove whitespace from both ends.
        :param type: the type of the result: ``int``, ``float``, ``bool``, an Enum, or any callable
            that takes the text and raises :exc:`ValueError` for a text that does not fit. A
            ``bool`` is written as ``true``, ``1``, ``yes`` or ``on``, or as their opposites.
        :raises MissingArgumentError: there is neither such an argument nor a default.
        :raises InvalidArgumentError: the value does not fit `type`.

        .. versionadded:: 1.0
           ``type``.
        """
        return _last_of(self.get_arguments(name, strip), name, default, type)

    @overload
    def get_arguments(self, name: str, strip: bool = True) -> list[str]: ...
    @overload
    def get_arguments(
        self, name: str, strip: bool = True, *, type: Callable[[str], _V]
    ) -> list[_V]: ...
    def get_arguments(
        self, name: str, strip: bool = True, *, type: Callable[[str], Any] | None = None
    ) -> list[Any]:
        """Return all values of an argument of the query or of the body; none if it is missing."""
        return _values_in(self, self.request.arguments, name, strip, type)

    @overload
    def get_body_argument(self, name: str, default: str, strip: bool = True) -> str: ...
    @overload
    def get_body_argument(
        self, name: str, default: _ArgDefaultMarker = _REQUIRED, strip: bool = True
    ) -> str: ...
    @overload
    def get_body_argument(self, name: str, default: _T, strip: bool = True) -> str | _T: ...
    @overload
    def get_body_argument(
        self,
        name: str,
        default: _ArgDefaultMarker = _REQUIRED,
        strip: bool = True,
        *,
        type: Callable[[str], _V],
    ) -> _V: ...
    @overload
    def get_body_argument(
        self, name: str, default: _T, strip: bool = True, *, type: Callable[[str], _V]
    ) -> _V | _T: ...
    def get_body_argument(
        self,
        name: str,
        default: Any = _REQUIRED,
        strip: bool = True,
        *,
        type: Callable[[str], Any] | None = None,
    ) -> Any:
        """Return the last value of an argument of the body; see :meth:`get_argument`."""
        return _last_of(self.get_body_arguments(name, strip), name, default, type)

    @overload
    def get_body_arguments(self, name: str, strip: bool = True) -> list[str]: ...
    @overload
    def get_body_arguments(
        self, name: str, strip: bool = True, *, type: Callable[[str], _V]
    ) -> list[_V]: ...
    def get_body_arguments(
        self, name: str, strip: bool = True, *, type: Callable[[str], Any] | None = None
    ) -> list[Any]:
        """Return all values of an argument of the body."""
        return _values_in(self, self.request.body_arguments, name, strip, type)

    @overload
    def get_query_argument(self, name: str, default: str, strip: bool = True) -> str: ...
    @overload
    def get_query_argument(
        self, name: str, default: _ArgDefaultMarker = _REQUIRED, strip: bool = True
    ) -> str: ...
    @overload
    def get_query_argument(self, name: str, default: _T, strip: bool = True) -> str | _T: ...
    @overload
    def get_query_argument(
        self,
        name: str,
        default: _ArgDefaultMarker = _REQUIRED,
        strip: bool = True,
        *,
        type: Callable[[str], _V],
    ) -> _V: ...
    @overload
    def get_query_argument(
        self, name: str, default: _T, strip: bool = True, *, type: Callable[[str], _V]
    ) -> _V | _T: ...
    def get_query_argument(
        self,
        name: str,
        default: Any = _REQUIRED,
        strip: bool = True,
        *,
        type: Callable[[str], Any] | None = None,
    ) -> Any:
        """Return the last value of an argument of the query; see :meth:`get_argument`."""
        return _last_of(self.get_query_arguments(name, strip), name, default, type)

    @overload
    def get_query_arguments(self, name: str, strip: bool = True) -> list[str]: ...
    @overload
    def get_query_arguments(
        self, name: str, strip: bool = True, *, type: Callable[[str], _V]
    ) -> list[_V]: ...
    def get_query_arguments(
        self, name: str, strip: bool = True, *, type: Callable[[str], Any] | None = None
    ) -> list[Any]:
        """Return all values of an argument of the query."""
        return _values_in(self, self.request.query_arguments, name, strip, type)

    def decode_argument(self, value: bytes, name: str | None = None) -> str:
        """Decode an argument or a group of the path; its percent-encoding is already decoded.

        :param name: the argument's name; ``None`` for a group of the path that has no name.
        :raises HTTPError: 400 if the value is not UTF-8.
        """
        try:
            return to_unicode(value)
        except UnicodeDecodeError as error:
            place, start = name or "url", value[:40]
            raise HTTPError(400, f"Invalid unicode in {place}: {start!r}") from error

    # The body

    def get_json_body(self, *, any_type: bool = False) -> Any:
        """Return the value of a body that is JSON.

        ::

            def post(self):
                order = self.get_json_body()
                self.write({"ordered": order["tea"]})

        The type has to be ``application/json`` or another one that ends in ``+json``: the forms of
        other sites cannot send these. The server's ``max_body_size`` limits how large a body may
        be, and Python how deep.

        :param any_type: accept a body of any type.
        :raises HTTPError: 415 if the type is another one, 400 if the body is not JSON in UTF-8 or
            is nested too deeply.
        """
        if not any_type:
            field = self.request.headers.get("Content-Type", "")
            kind = field.partition(";")[0].strip().lower()
            if kind != "application/json" and not kind.endswith("+json"):
                raise HTTPError(415, "the body is not JSON, its type is %r", kind[:60])
        try:
            return json_decode(self.request.body)
        except ValueError as error:
            raise HTTPError(400, "bad JSON in the body: %s", str(error)[:200]) from error

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Called when a chunk of the body has arrived. Override to handle it.

        It is called for classes that :func:`stream_request_body` decorates. It may be ``async
        def``: the next chunk comes when it is done.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define data_received")


def _last_of(values: list[str], name: str, default: Any, kind: Callable[[str], Any] | None) -> Any:
    """Return the last of an argument's values, or the default."""
    if values:
        return values[-1] if kind is None else _convert(name, values[-1], kind)
    if isinstance(default, _ArgDefaultMarker):
        raise MissingArgumentError(name)
    return default


def _values_in(
    handler: Input,
    source: dict[str, list[bytes]],
    name: str,
    strip: bool,
    kind: Callable[[str], Any] | None,
) -> list[Any]:
    """Return all values of an argument, decoded and converted."""
    values = []
    for value in source.get(name, ()):
        text = handler.decode_argument(value, name=name)
        if isinstance(text, str):  # subclasses may return something else
            text = _CONTROL.sub(" ", text)
        values.append(text.strip() if strip else text)
    if kind is not None:
        return [_convert(name, value, kind) for value in values]
    return values


def _convert(name: str, value: str, kind: Callable[[str], Any]) -> Any:
    from ._argument_types import convert_argument  # many programs only read text

    return convert_argument(name, value, kind)
