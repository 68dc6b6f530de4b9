"""The functions that generated code calls while it renders.

The writer inlines the most frequent case, a ``str`` that markupsafe's inner function escapes. All
other values come here.
"""

from __future__ import annotations

import datetime

import markupsafe

from tornado.escape import json_encode, linkify, squeeze, url_escape, utf8, xhtml_escape

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    _Table = dict[type, Callable[[Any], str]]
else:
    _Table = dict

#: Escapes a ``str`` that is not a subclass. The public ``markupsafe.escape`` would wrap each result.
escape_text: Callable[[str], str] = markupsafe._escape_inner  # type: ignore[attr-defined]  # not in its stubs

#: The names that every template sees.
DEFAULTS: dict[str, Any] = {
    "escape": xhtml_escape,
    "xhtml_escape": xhtml_escape,
    "url_escape": url_escape,
    "json_encode": json_encode,
    "squeeze": squeeze,
    "linkify": linkify,
    "datetime": datetime,
    "_tt_utf8": utf8,
    "_tt_string_types": (str, bytes),
}


def name_quotes(text: str) -> str:
    """Replace markupsafe's references for quotes by those of :func:`xhtml_escape`.

    Every ``&`` of the value itself has become ``&amp;``, so these references are markupsafe's.
    """
    return text.replace("&#34;", "&quot;").replace("&#39;", "&#x27;")


def escape_value(value: object) -> str:
    """Escape any value for HTML; one with ``__html__`` is markup already."""
    if hasattr(value, "__html__"):
        return str(value.__html__())
    return xhtml_escape(value if isinstance(value, str | bytes) else str(value))


class Escapers(_Table):
    """The escape functions of types that are not ``str``."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        return escape_value


#: For types whose text needs no escaping, these functions are written in C.
ESCAPERS = Escapers({int: str, float: str, bool: str, type(None): str, markupsafe.Markup: str})


class Output:
    """The conversion of values to text, for one rendering."""

    __slots__ = ("_errors", "closed")

    def __init__(self) -> None:
        self._errors = "strict"
        #: Whether the stream was closed, so that nobody takes another piece.
        self.closed = False

    def raw(self, value: object) -> str:
        """Return the text of a value; bytes that are not UTF-8 are kept for :meth:`encode`."""
        if isinstance(value, bytes):
            try:
                return value.decode()
            except UnicodeDecodeError:
                self._errors = "surrogateescape"
                return value.decode("utf-8", "surrogateescape")
        # A subclass of str is printed as its text, not by its __str__: that of an enum is its name.
        return str.__str__(value) if isinstance(value, str) else str(value)

    def encode(self, text: str) -> bytes:
        """Return the bytes of rendered text."""
        return text.encode("utf-8", self._errors)

    def apply(self, value: object) -> str:
        """Return the text that the function of ``{% apply %}`` has returned.

        :raises TypeError: it has returned neither text nor bytes.
        """
        if isinstance(value, str | bytes):
            return self.raw(value)
        raise TypeError(f"the function of {{% apply %}} returned {value!r:.80}, not str or bytes")

    def escape(self, value: object, function: Callable[[Any], Any]) -> str:
        """Escape with the function that ``{% autoescape %}`` names.

        Functions get bytes, as they always did, except for ``json_encode``, which takes no bytes.
        Only :func:`tornado.escape.xhtml_escape` leaves values with ``__html__`` as they are.
        """
        if function is xhtml_escape:
            return escape_value(value)
        if function is json_encode:
            return json_encode(self.raw(value))
        return self.raw(function(self.encode(self.raw(value))))

    def escape_html(self, value: object, function: Callable[[Any], Any]) -> str:
        """Escape with the function that replaces ``xhtml_escape`` in the namespace."""
        if hasattr(value, "__html__"):
            return str(value.__html__())
        return self.escape(value, function)
