"""One compiled gettext catalogue, and the problems with it.

`gettext.GNUTranslations` reads the messages. The header is read by :mod:`._mo_header`, because `gettext`
rejects the whole catalogue for some headers that GNU's own tools accept. The layout is that of the GNU
gettext manual, "The Format of GNU MO Files".
"""

from __future__ import annotations

import gettext
import io
import struct
from typing import TYPE_CHECKING

from ._mo_header import Header, read_header

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_BYTE_ORDERS = {0x950412DE: "<", 0xDE120495: ">"}
#: How many of the messages without all their plural forms are named.
_MAX_NAMED = 5


class _Catalogue(gettext.GNUTranslations):
    """The messages of a file, with the charset and the plural rule that `_mo_header` finds."""

    _catalog: dict[Any, str]  # where gettext keeps the messages
    problems: list[str]

    def _parse(self, fp: Any) -> None:
        data = fp.read()
        messages = list(_read_messages(data))
        header = read_header(next((text for original, text in messages if not original), b""))
        self._charset = header.charset
        super()._parse(io.BytesIO(_without_header(data)))
        self.plural = header.choose
        self.info().update(_header_fields(header.text))
        self._catalog[""] = header.text
        self.problems = [*header.problems, *_check_plurals(messages, header)]


def read_catalogue(path: str) -> tuple[gettext.NullTranslations | None, list[str]]:
    """Read a catalogue.

    :returns: the translations, None if the file cannot be used; and the problems with it.
    """
    try:
        with open(path, "rb") as file:
            catalogue = _Catalogue(file)
    except (OSError, ValueError, struct.error) as error:
        return None, [f"{path}: {_explain(error)}, compile it again with msgfmt"]
    return catalogue, [f"{path}: {problem}" for problem in catalogue.problems]


def _explain(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        excerpt = error.object[max(0, error.start - 20) : error.end + 20]
        return (
            f"it should be in {error.encoding}, by its header or by default, but there is"
            f" {excerpt!r}"
        )
    if isinstance(error, struct.error):
        return "the file is cut off"
    if isinstance(error, OSError):
        return f"not a catalogue ({error.strerror or error})"
    return f"a message has more than two forms in the source code ({error})"


def _header_fields(header: str) -> Iterator[tuple[str, str]]:
    """Yield the names, in lower case as in `gettext`, and the values of the fields of a header."""
    for line in header.split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip().lower(), value.strip()


def _without_header(data: bytes) -> bytes:
    """Return a catalogue with an empty header, which `gettext` does not reject."""
    order, count, originals, translations = _layout(data)
    changed = bytearray(data)
    for index in range(count):
        (length,) = struct.unpack_from(f"{order}I", data, originals + 8 * index)
        if not length:
            struct.pack_into(f"{order}I", changed, translations + 8 * index, 0)
    return bytes(changed)


def _layout(data: bytes) -> tuple[str, int, int, int]:
    """Return the byte order, the number of messages, and the offsets of the two tables."""
    (magic,) = struct.unpack_from("<I", data)
    if magic not in _BYTE_ORDERS:
        raise OSError(0, "Bad magic number")
    order = _BYTE_ORDERS[magic]
    return order, *struct.unpack_from(f"{order}3I", data, 8)


def _read_messages(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the originals and their translations, with null bytes between plural forms."""
    order, count, *tables = _layout(data)
    for index in range(count):
        pair = []
        for table in tables:
            length, offset = struct.unpack_from(f"{order}2I", data, table + 8 * index)
            pair.append(data[offset : offset + length])
        yield pair[0], pair[1]


def _check_plurals(messages: list[tuple[bytes, bytes]], header: Header) -> Iterator[str]:
    plurals = [(original, text) for original, text in messages if b"\0" in original]
    if not plurals:
        return
    yield from header.plural_problems
    forms = header.forms
    incomplete = [original for original, text in plurals if _count_forms(text) < forms]
    for original in incomplete[:_MAX_NAMED]:
        yield f"the message {_message_name(original)!r} lacks some of its {forms} plural forms"
    if len(incomplete) > _MAX_NAMED:
        yield f"so do {len(incomplete) - _MAX_NAMED} more messages"


def _count_forms(text: bytes) -> int:
    """Count the plural forms that a translator has filled in."""
    return sum(map(bool, text.split(b"\0")))


def _message_name(original: bytes) -> str:
    message = original.partition(b"\0")[0].rpartition(b"\x04")[2]
    return message.decode("utf-8", "replace")[:80]
