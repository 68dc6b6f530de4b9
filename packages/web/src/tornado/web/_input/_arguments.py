"""Arguments of the query and of the body."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar, overload

from tornado.escape import to_unicode

from .._errors import HTTPError, MissingArgumentError
from .._state import HandlerState

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")
_V = TypeVar("_V")

# Everything below a space but the whitespace: it cannot be typed, so it is no answer to a form.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


class _ArgDefaultMarker:
    """Stands for "no default": the argument is required."""

    def __repr__(self) -> str:
        return "<required>"


_REQUIRED = _ArgDefaultMarker()


class Arguments(HandlerState):
    """Read arguments, decoded and stripped."""

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
        """Give the last value of an argument of the query or of the body.

        :param default: what is given if there is no such argument.
        :param strip: take whitespace off both ends.
        :param type: what the value shall be: ``int``, ``float``, ``bool``, an Enum, or any callable
            that takes the text and raises :exc:`ValueError` for what does not fit. Truth is
            ``true``, ``1``, ``yes`` or ``on``, and the opposites. The default is given as it is.
        :raises MissingArgumentError: there is neither the argument nor a default.
        :raises InvalidArgumentError: the value is not of that type.

        .. versionadded:: 1.0
           ``type``.
        """
        return self._last_of(self.get_arguments(name, strip), name, default, type)

    @overload
    def get_arguments(self, name: str, strip: bool = True) -> list[str]: ...
    @overload
    def get_arguments(
        self, name: str, strip: bool = True, *, type: Callable[[str], _V]
    ) -> list[_V]: ...
    def get_arguments(
        self, name: str, strip: bool = True, *, type: Callable[[str], Any] | None = None
    ) -> list[Any]:
        """Give all values of an argument of the query or of the body, none if it is missing."""
        return self._values_in(self.request.arguments, name, strip, type)

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
        """Give the last value of an argument of the body; as :meth:`get_argument`."""
        return self._last_of(self.get_body_arguments(name, strip), name, default, type)

    @overload
    def get_body_arguments(self, name: str, strip: bool = True) -> list[str]: ...
    @overload
    def get_body_arguments(
        self, name: str, strip: bool = True, *, type: Callable[[str], _V]
    ) -> list[_V]: ...
    def get_body_arguments(
        self, name: str, strip: bool = True, *, type: Callable[[str], Any] | None = None
    ) -> list[Any]:
        """Give all values of an argument of the body."""
        return self._values_in(self.request.body_arguments, name, strip, type)

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
        """Give the last value of an argument of the query; as :meth:`get_argument`."""
        return self._last_of(self.get_query_arguments(name, strip), name, default, type)

    @overload
    def get_query_arguments(self, name: str, strip: bool = True) -> list[str]: ...
    @overload
    def get_query_arguments(
        self, name: str, strip: bool = True, *, type: Callable[[str], _V]
    ) -> list[_V]: ...
    def get_query_arguments(
        self, name: str, strip: bool = True, *, type: Callable[[str], Any] | None = None
    ) -> list[Any]:
        """Give all values of an argument of the query."""
        return self._values_in(self.request.query_arguments, name, strip, type)

    def decode_argument(self, value: bytes, name: str | None = None) -> str:
        """Decode an argument, or a group of the path; the percent-encoding is already undone.

        :param name: the argument's name, ``None`` for groups of the path without one.
        :raises HTTPError: 400 if it is not UTF-8.
        """
        try:
            return to_unicode(value)
        except UnicodeDecodeError as error:
            shown = value[:40]
            raise HTTPError(400, f"Invalid unicode in {name or 'url'}: {shown!r}") from error

    def _last_of(
        self, values: list[str], name: str, default: Any, kind: Callable[[str], Any] | None
    ) -> Any:
        if values:
            return values[-1] if kind is None else _convert(name, values[-1], kind)
        if isinstance(default, _ArgDefaultMarker):
            raise MissingArgumentError(name)
        return default

    def _values_in(
        self,
        source: dict[str, list[bytes]],
        name: str,
        strip: bool,
        kind: Callable[[str], Any] | None,
    ) -> list[Any]:
        values = []
        for value in source.get(name, ()):
            text = self.decode_argument(value, name=name)
            if isinstance(text, str):  # subclasses may make something else of it
                text = _CONTROL.sub(" ", text)
            values.append(text.strip() if strip else text)
        if kind is not None:
            return [_convert(name, value, kind) for value in values]
        return values


def _convert(name: str, value: str, kind: Callable[[str], Any]) -> Any:
    from ._argument_types import convert_argument  # many programs only want text

    return convert_argument(name, value, kind)
