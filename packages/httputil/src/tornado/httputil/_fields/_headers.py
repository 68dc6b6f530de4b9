"""A mapping of header fields that ignores case and keeps repeated fields apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import Any, Self

from tornado.escape import to_unicode
from tornado.util import shortened

from .._errors import HTTPInputError
from ._grammar import (
    HTTP_WHITESPACE,
    find_control,
    find_fields,
    find_non_octet,
    is_field_block,
    is_token,
)
from ._names import canonical

_SECRET = frozenset({"Authorization", "Cookie", "Proxy-Authorization", "Set-Cookie"})


class HTTPHeaders(MutableMapping[str, str]):
    """The header fields of one message, in the order in which they came.

    Names are case-insensitive and come back in the form ``Content-Type``. A field that is repeated
    keeps its values apart: :meth:`get_list` and :meth:`get_all` return them one by one, and the
    subscript joins them with a comma.

    >>> headers = HTTPHeaders({"content-type": "text/html"})
    >>> headers["Content-Type"]
    'text/html'
    >>> headers.add("Set-Cookie", "a=b")
    >>> headers.add("set-cookie", "c=d")
    >>> headers["Set-Cookie"]
    'a=b,c=d'
    >>> headers.get_list("Set-Cookie")
    ['a=b', 'c=d']
    >>> sorted(headers.get_all())
    [('Content-Type', 'text/html'), ('Set-Cookie', 'a=b'), ('Set-Cookie', 'c=d')]

    :meth:`add` and the parsing methods refuse what RFC 9110 section 5 refuses; the subscript stores
    what it is given, and a connection checks it once more before it goes out. Every operation is
    linear in the number of fields, however often one of them is repeated.

    :param args: nothing, another ``HTTPHeaders`` (repeated fields stay apart), a mapping, or an
        iterable of pairs.
    :param kwargs: more fields.
    :raises HTTPInputError: from ``add``, ``parse_line`` and ``parse``: a name or value is malformed.
    """

    __slots__ = ("fields",)

    #: The fields as they are held: canonical names to a value, or to the list of values of a field
    #: that is repeated. For servers and clients that have no time for a copy; others use the methods.
    fields: dict[str, str | list[str]]

    def __init__(self, *args: Any, **kwargs: str) -> None:
        if len(args) == 1 and not kwargs:
            given = args[0]
            if isinstance(given, HTTPHeaders):
                self.fields = given._copied_fields()
                return
            if type(given) is dict:
                self.fields = {canonical[name]: value for name, value in given.items()}
                return
        self.fields = {}
        if args or kwargs:
            self.update(*args, **kwargs)

    @classmethod
    def from_parsed(cls, fields: dict[str, str | list[str]]) -> Self:
        """Make headers of a dictionary that a parser has validated already, without copying it.

        :param fields: canonical names to a value, or to a list of values for a repeated field. The
            caller must not use it again.

        .. versionadded:: 1.0
        """
        headers = cls.__new__(cls)
        headers.fields = fields
        return headers

    def add(self, name: str, value: str | bytes, *, _chars_are_bytes: bool = True) -> None:
        """Add a value to those that the field has already.

        :param value: text, or bytes that are sent as they are.
        :param _chars_are_bytes: each character stands for one octet (HTTP/1.1), so nothing above
            U+00FF may appear; otherwise the value is text, as in the headers of a multipart part.
        :raises HTTPInputError: the name is not a token, or the value has forbidden characters.
        """
        if not is_token(name):
            raise HTTPInputError(f"Invalid header name {shortened(name)}")
        if _chars_are_bytes:
            text = value.decode("latin-1") if isinstance(value, bytes) else to_unicode(value)
            bad = find_non_octet(text) is not None or text.strip(HTTP_WHITESPACE) != text
        else:
            text = to_unicode(value)
            bad = find_control(text) is not None
        if bad:
            raise HTTPInputError(f"Invalid header value {shortened(text)} of {shortened(name)}")
        self._append(canonical[name], text)

    def _append(self, name: str, value: str) -> None:
        fields = self.fields
        known = fields.get(name)
        if known is None:
            fields[name] = value
        elif isinstance(known, list):
            known.append(value)
        else:
            fields[name] = [known, value]

    def get_list(self, name: str) -> list[str]:
        """Return every value of a field; an empty list if there is none."""
        known = self.fields.get(canonical[name])
        if known is None:
            return []
        return list(known) if isinstance(known, list) else [known]

    def get_all(self) -> Iterable[tuple[str, str]]:
        """Yield every name with every value, a repeated field once for each value."""
        for name, known in self.fields.items():
            if isinstance(known, list):
                for value in known:
                    yield name, value
            else:
                yield name, known

    def parse_line(self, line: str, *, _chars_are_bytes: bool = True) -> None:
        r"""Add one field line, with or without its line end.

        >>> headers = HTTPHeaders()
        >>> headers.parse_line("Content-Type: text/html\r\n")
        >>> headers.get("content-type")
        'text/html'

        :raises HTTPInputError: the line has no colon or a malformed name or value, or is folded
            (RFC 9112 section 5.2 lets a server refuse that).
        """
        if line.endswith("\n"):
            line = line[:-2] if line.endswith("\r\n") else line[:-1]
        if not line:
            return
        if line[0] in HTTP_WHITESPACE:
            raise HTTPInputError(
                f"header line cannot start with whitespace, folding not supported: {shortened(line)}"
            )
        name, colon, value = line.partition(":")
        if not colon:
            raise HTTPInputError(f"no colon in header line {shortened(line)}")
        self.add(name, value.strip(HTTP_WHITESPACE), _chars_are_bytes=_chars_are_bytes)

    @classmethod
    def parse(cls, headers: str, *, _chars_are_bytes: bool = True) -> Self:
        r"""Read a block of field lines.

        >>> HTTPHeaders.parse("Content-Type: text/html\r\nContent-Length: 42\r\n")["content-length"]
        '42'

        :param headers: lines that end in CRLF or LF.
        :raises HTTPInputError: as :meth:`parse_line`.
        """
        parsed = cls()
        if _chars_are_bytes and cls is HTTPHeaders and is_field_block(headers):
            # Most heads are well-formed: two searches find all that is in them.
            fields = parsed.fields
            for name, value in find_fields(headers):
                known = canonical[name]
                text = value.rstrip(HTTP_WHITESPACE)
                if known in fields:
                    parsed._append(known, text)
                else:
                    fields[known] = text
            return parsed
        *lines, rest = headers.split("\n")
        for line in lines:
            parsed.parse_line(line.removesuffix("\r"), _chars_are_bytes=_chars_are_bytes)
        parsed.parse_line(rest, _chars_are_bytes=_chars_are_bytes)
        return parsed

    # The mapping.

    def __setitem__(self, name: str, value: str) -> None:
        self.fields[canonical[name]] = value

    def __getitem__(self, name: str) -> str:
        known = self.fields[canonical[name]]
        return ",".join(known) if isinstance(known, list) else known

    def get(self, name: str, default: Any = None) -> Any:
        """Return the field's value, several values joined with a comma, or the default."""
        known = self.fields.get(canonical[name])
        if known is None:
            return default
        return ",".join(known) if isinstance(known, list) else known

    def __contains__(self, name: object) -> bool:
        is_text = name.__class__ is str or isinstance(name, str)  # the first is quicker
        return is_text and canonical[name] in self.fields  # type: ignore[index]  # it is text

    def __delitem__(self, name: str) -> None:
        del self.fields[canonical[name]]

    def __len__(self) -> int:
        return len(self.fields)

    def __iter__(self) -> Iterator[str]:
        return iter(self.fields)

    def clear(self) -> None:
        """Remove every field."""
        self.fields = {}

    def __eq__(self, other: object) -> bool:
        if isinstance(other, HTTPHeaders) and self.fields == other.fields:
            return True
        if not isinstance(other, Mapping):
            return NotImplemented
        if not isinstance(other, HTTPHeaders):
            try:
                other = HTTPHeaders(other)  # names that differ in their case are equal
            except (HTTPInputError, AttributeError, TypeError, ValueError):
                return False
        return dict(self.items()) == dict(other.items())

    __hash__ = None  # type: ignore[assignment]  # mutable, like every MutableMapping

    # Copies and texts.

    def _copied_fields(self) -> dict[str, str | list[str]]:
        fields = self.fields.copy()
        for name, known in fields.items():
            if isinstance(known, list):
                fields[name] = known.copy()
        return fields

    def copy(self) -> Self:
        """Return an independent copy."""
        return self.from_parsed(self._copied_fields())

    __copy__ = copy

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.copy()

    def __getstate__(self) -> tuple[dict[str, str | list[str]]]:
        return (self.fields,)  # in a tuple, because the oldest pickles drop a state that is empty

    def __setstate__(self, state: tuple[dict[str, str | list[str]]]) -> None:
        (self.fields,) = state

    def __str__(self) -> str:
        return "".join([f"{name}: {value}\n" for name, value in self.get_all()])

    def __repr__(self) -> str:
        shown = [(name, "..." if name in _SECRET else value) for name, value in self.get_all()]
        return f"{type(self).__name__}({shown!r})"
