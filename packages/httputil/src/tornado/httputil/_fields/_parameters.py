r"""Parameters of field values, such as ``form-data; name="a"; filename="b"``.

::

    parameters      = *( OWS ";" OWS [ parameter ] )              RFC 9110 section 5.6.6
    parameter       = parameter-name "=" ( token / quoted-string )
    ext-parameter   = parmname "*=" charset "'" [ language ] "'" value-chars    RFC 8187

Browsers write a backslash in a file name as it is, so ``\`` escapes only ``"`` and ``\``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# One parameter: anything but quotes and semicolons, or quoted strings whose quotes are escaped; a
# string that is never closed takes all the rest. Every alternative starts with another character
# and any text matches, so nothing is tried twice.
_piece = re.compile(r'(?:[^";]++|"(?:[^"\\]++|\\.|\\\Z)*"?)*', re.DOTALL)

_escaped = re.compile(r'\\(["\\])')
_section = re.compile(r"(.+)\*([0-9]{1,3})(\*?)").fullmatch

_MOST_SECTIONS = 64


def split_parameters(rest: str) -> Iterator[str]:
    """Yield the parameters of ``;a=b;c="d;e"`` one by one, trimmed; quoted semicolons do not split.

    A text that does not start with a semicolon has none.
    """
    end = len(rest)
    at = 0
    while at < end and rest[at] == ";":
        match = _piece.match(rest, at + 1)
        at = match.end() if match else end
        yield match[0].strip() if match else ""


def parse_header(line: str) -> tuple[str, dict[str, str]]:
    """Split a field value into its first part and its parameters.

    >>> parse_header('form-data; name="a"; filename="b;c.txt"')
    ('form-data', {'name': 'a', 'filename': 'b;c.txt'})
    >>> parse_header("attachment; filename*=UTF-8''%e2%82%ac")
    ('attachment', {'filename': '\u20ac'})

    Names come back in lower case. An extended parameter (``name*=``, RFC 8187) takes precedence over the
    plain one, sections (``name*0=``, RFC 2231 section 3) are joined, parts without ``=`` are left out.
    """
    key, *pieces = split_parameters(";" + line)
    plain: dict[str, str] = {}
    extended: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for piece in pieces:
        name, equals, value = piece.partition("=")
        if not equals:
            continue
        name, value = name.strip().lower(), unquote(value.strip())
        part = _section(name)
        if part is not None:
            numbered = sections.setdefault(part[1], {})
            if len(numbered) < _MOST_SECTIONS:
                numbered[int(part[2])] = (value, bool(part[3]))
        elif name.endswith("*"):
            extended[name[:-1]] = decode_extended(value)
        else:
            plain[name] = value
    for name, numbered in sections.items():
        extended.setdefault(name, _join_sections(numbered))
    return key, plain | extended


def unquote(value: str) -> str:
    """Remove the quotes and the escapes of a quoted string; return anything else unchanged."""
    if len(value) < 2 or value[0] != '"' or value[-1] != '"':
        return value
    return _escaped.sub(r"\1", value[1:-1])


def decode_extended(value: str) -> str:
    """Decode ``charset'language'percent-encoded`` of RFC 8187; other text stays as it is.

    Octets that the charset does not have, and octets of a charset that is not known, are replaced.
    """
    charset, quote, rest = value.partition("'")
    _, closing, encoded = rest.partition("'")
    if not quote or not closing:
        return value
    return _decode_octets(_octets(encoded), charset)


def _octets(encoded: str) -> bytes:
    from urllib.parse import unquote_to_bytes  # a slow import

    return unquote_to_bytes(encoded)


def _decode_octets(octets: bytes, charset: str) -> str:
    # RFC 8187 section 3.2.1 asks for UTF-8; ISO-8859-1 is what its predecessor allowed as well. Any
    # other name would let the peer choose among all of Python's codecs.
    known = "latin-1" if charset.lower() == "iso-8859-1" else "utf-8"
    return octets.decode(known, "replace")


def _join_sections(pieces: dict[int, tuple[str, bool]]) -> str:
    octets = bytearray()
    charset = "utf-8"
    for number in range(len(pieces)):
        if number not in pieces:
            break
        value, encoded = pieces[number]
        if encoded and number == 0 and value.count("'") >= 2:
            charset, _, value = value.split("'", 2)
        octets += _octets(value) if encoded else value.encode("utf-8", "replace")
    return _decode_octets(bytes(octets), charset)


def encode_header(key: str, parameters: Mapping[str, str | None]) -> str:
    """Join a value and its parameters, the reverse of :func:`parse_header`.

    >>> _encode_header("permessage-deflate", {"client_no_context_takeover": None, "bits": "15"})
    'permessage-deflate; client_no_context_takeover; bits=15'
    """
    pairs = [name if value is None else f"{name}={value}" for name, value in parameters.items()]
    return "; ".join([key, *pairs])
