"""Paths with typed places: ``/user/{id:int}``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ._literal_text import encoded_literal, fixed_beginning, literal_pattern
from ._matchers import PathMatches, compile_pattern, decode_group
from ._reversal import encode_value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tornado.httputil import HTTPServerRequest


class Converter(NamedTuple):
    """The type of a place: the texts that fit, and the value that a handler gets."""

    #: A regular expression for the text in the path, without capturing groups. The text is
    #: percent-encoded; an encoded slash has to fit where a slash does.
    pattern: str
    #: Converts the text; a ``ValueError`` means that the path does not match. ``None`` leaves it
    #: to the handler's ``decode_argument``.
    convert: Callable[[str], Any] | None = None


def _uuid(text: str) -> Any:
    from uuid import UUID  # a slow import

    return UUID(text)


_CONVERTERS: Mapping[str, Converter] = {
    "str": Converter("[^/]+"),
    "path": Converter(".+"),
    "int": Converter("[0-9]{1,19}", int),
    "float": Converter(r"[0-9]{1,19}(?:\.[0-9]{1,19})?", float),
    "uuid": Converter("[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}", _uuid),
}

_ENCODED_SLASH = re.compile("%2f", re.IGNORECASE)

_PLACE = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}")


class PathTemplate(PathMatches, goes_by_pattern=True):
    """A matcher of paths with typed places.

    ::

        Application([
            (PathTemplate("/user/{id:int}"), UserHandler),           # get(self, id)
            (PathTemplate("/file/{name:path}"), FileHandler),
        ])

    A place has a name and a type: ``str`` (the default: anything but a slash), ``int``, ``float``,
    ``uuid`` or ``path`` (anything). Handlers get the values as keyword arguments. A slash that
    arrives percent-encoded is still a slash: only a ``path`` may contain it. Everything else in the
    template is literal text, either as people read it (``/新闻/{id:int}``) or percent-encoded. A
    tuple that begins with a text is still a regular expression.

    :param template: begins with a slash, or with a place.
    :param converters: further types by name, each a :class:`Converter` or a tuple of its parts.
    :raises ValueError: the template begins with something else, or has an unknown type, a name
        that is not an identifier, a name twice, or a single brace.
    :raises re.error: the pattern of a further type is not a regular expression.

    .. versionadded:: 1.0
    """

    def __init__(
        self,
        template: str,
        converters: Mapping[str, Converter | tuple[str, Callable[[str], Any] | None]] | None = None,
    ) -> None:
        if template[:1] not in ("/", "{"):
            raise ValueError(f"a path begins with a slash, so {template!r} matches nothing")
        self.template = template
        types = {
            **_CONVERTERS,
            **{name: Converter(*each) for name, each in (converters or {}).items()},
        }
        self.places: dict[str, Converter] = {}
        self._texts: list[str] = []
        pattern, at = "", 0
        for place in _PLACE.finditer(template):
            text = template[at : place.start()]
            name, converter = self._parse_place(place, types)
            self._texts.append(text)
            self.places[name] = converter
            pattern += f"{literal_pattern(text)}(?P<{name}>{converter.pattern})"
            at = place.end()
        self._texts.append(template[at:])
        if any("{" in text or "}" in text for text in self._texts):
            raise ValueError(f"unmatched brace in the path {template!r}")
        super().__init__(compile_pattern(pattern + literal_pattern(template[at:]) + "$", template))
        self._texts = [encoded_literal(text) for text in self._texts]
        self.prefix = fixed_beginning(self._texts[0])

    def _parse_place(
        self, place: re.Match[str], types: Mapping[str, Converter]
    ) -> tuple[str, Converter]:
        name, kind = place[1], place[2] or "str"
        if not name.isidentifier() or name in self.places:
            raise ValueError(f"bad or repeated name {name!r} in the path {self.template!r}")
        if kind not in types:
            names = ", ".join(sorted(types))
            raise ValueError(
                f"unknown type {kind!r} in the path {self.template!r}, it is not one of {names}"
            )
        return name, types[kind]

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        match = self.regex.match(request.path)
        if match is None:
            return None
        values: dict[str, Any] = {}
        for name, converter in self.places.items():
            text = match[name]
            if "%" in text and not _fits_with_slashes(converter, text):
                return None
            values[name] = raw = decode_group(text) or b""
            if converter.convert is not None:
                try:
                    values[name] = converter.convert(raw.decode())
                except ValueError:  # bad UTF-8 too
                    return None
        return {"path_args": [], "path_kwargs": values} if values else {}

    def reverse(self, *args: Any) -> str | None:
        """Return the path with some values in its places, in their order.

        :raises ValueError: the number of places differs, or a value does not fit its place.
        """
        if len(args) != len(self.places):
            raise ValueError(
                f"the path {self.template!r} takes {len(self.places)} arguments, not {len(args)}"
            )
        path = self._texts[0]
        for (name, converter), text, arg in zip(
            self.places.items(), self._texts[1:], args, strict=True
        ):
            value = encode_value(arg)
            if re.fullmatch(converter.pattern, value) is None:
                raise ValueError(f"{arg!r} does not fit {name} in the path {self.template!r}")
            path += value + text
        return path


def _fits_with_slashes(converter: Converter, text: str) -> bool:
    """Tell whether the text of a place fits when its encoded slashes count as slashes."""
    with_slashes = _ENCODED_SLASH.sub("/", text)
    return with_slashes == text or re.fullmatch(converter.pattern, with_slashes) is not None
