"""Heads and framing of messages that go out: values in, text or bytes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.httputil import HTTPOutputError
from tornado.util import shortened

from ._parsing._grammar import FIELD_BLOCK, TOKEN_TEXT, VALUE_TEXT

if TYPE_CHECKING:
    from ._parsing._head import Fields

#: What ends a body in chunks (RFC 9112 section 7.1).
LAST_CHUNK = b"0\r\n\r\n"


def encode_fields(fields: Fields) -> str:
    """Return the field lines of a head.

    The fields are checked here once more, whatever the application did to its headers.

    :raises HTTPOutputError: a name is not a token, or a value has control characters or characters
        above U+00FF.
    """
    block = "".join(
        [
            f"{name}: {value}\r\n" if value.__class__ is str else repeated_lines(name, value)
            for name, value in fields.items()
        ]
    )
    if FIELD_BLOCK.fullmatch(block) is None or block.count("\n") != len(fields):
        # Repeated fields have more lines than names. A line end within a value gives lines that are
        # well formed, and are not ours: so each value is checked.
        _check_each(fields)
    return block


def repeated_lines(name: str, value: object) -> str:
    """Return the field lines of a repeated field, or of a value that is not text."""
    values = value if isinstance(value, list) else [value]
    return "".join([f"{name}: {_text(each)}\r\n" for each in values])


def _text(value: object) -> str:
    """Return the text of a value, one character for each octet: bytes are sent as they are."""
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _check_each(fields: Fields) -> None:
    for name, value in fields.items():
        if TOKEN_TEXT.fullmatch(name) is None:
            raise HTTPOutputError(f"Invalid header name {shortened(name)}")
        for each in value if isinstance(value, list) else [value]:
            if VALUE_TEXT.fullmatch(_text(each)) is None:
                raise HTTPOutputError(
                    f"Illegal characters (CR or LF, or other controls) in header {name}:"
                    f" {shortened(_text(each))}"
                )


def encode_chunk(data: bytes) -> bytes:
    """Frame one piece of a chunked body; an empty piece would end it, and is left out."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def last_chunk(trailers: Fields) -> bytes:
    """Return what ends a body in chunks, with fields after it (RFC 9112 section 7.1.2).

    :raises HTTPOutputError: as :func:`encode_fields`.
    """
    return f"0\r\n{encode_fields(trailers)}\r\n".encode("latin-1")


def too_much_data(count: int) -> HTTPOutputError:
    """Return the error for a body that is longer than its head says.

    The text is upstream's, letter for letter; the note has the rest.

    :param count: how many bytes are too many.
    """
    error = HTTPOutputError("Tried to write more data than Content-Length")
    error.add_note(f"{count} bytes too many; there is no body at all with a status of 204 or 304")
    return error
