"""Read one compiled gettext catalogue, and say what is wrong with it.

`gettext.GNUTranslations` does the reading. What it does not say, this room does: which file is
broken, and which messages lack plural forms, since it shows those untranslated without a word.
The layout is that of the GNU gettext manual, "The Format of GNU MO Files".
"""

from __future__ import annotations

import gettext
import re
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAGIC = 0x950412DE
#: How many of the messages that lack plural forms are named.
_NAMED = 5
#: The counts from 0 on that plural rules are tried with: those of all languages repeat before.
_TRIED = 201


def read(path: str) -> tuple[gettext.NullTranslations | None, list[str]]:
    """Read a catalogue.

    :returns: the translations, or None if the file is of no use; and what is wrong with it.
    """
    try:
        with open(path, "rb") as file:
            catalogue = gettext.GNUTranslations(file)
            file.seek(0)
            _try_rule(catalogue)
            complaints = _check_plurals(list(_messages(file.read())), path)
    except (OSError, UnicodeDecodeError, LookupError, ValueError, struct.error) as error:
        return None, [f"{path}: {_explain(error)}, make it anew with msgfmt"]
    return catalogue, complaints


def _try_rule(catalogue: gettext.GNUTranslations) -> None:
    """Have the plural rule choose a form for some counts, so that none fails while a page is made.

    :raises ValueError: if it does not choose one of the forms that the header promises.
    """
    header = catalogue.info().get("plural-forms", "")
    declared = re.search(r"nplurals\s*=\s*(\d+)", header)
    choose = getattr(catalogue, "plural", None)  # where gettext keeps the rule
    if declared is None or choose is None:
        return
    for count in range(_TRIED):
        try:
            form = choose(count)
        except ZeroDivisionError:
            raise ValueError(f"it divides by zero for {count}") from None
        if not 0 <= form < int(declared[1]):
            msg = f"it chooses form {form} for {count}, and there are {declared[1]}"
            raise ValueError(msg)


def _explain(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        found = error.object[max(0, error.start - 20) : error.end + 20]
        return f"its header promises {error.encoding}, but there is {found!r}"
    if isinstance(error, LookupError):
        return f"its header names no charset that Python knows ({error})"
    if isinstance(error, struct.error):
        return "the file is cut off"
    if isinstance(error, OSError):
        return f"not a catalogue ({error.strerror or error})"
    return f"its header has a broken Plural-Forms line ({error})"


def _messages(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give the originals and translations of a catalogue, plural forms divided by null bytes."""
    order = "<" if struct.unpack_from("<I", data)[0] == _MAGIC else ">"
    count, originals, translations = struct.unpack_from(f"{order}3I", data, 8)
    for index in range(count):
        pair = []
        for table in (originals, translations):
            length, offset = struct.unpack_from(f"{order}2I", data, table + 8 * index)
            pair.append(data[offset : offset + length])
        yield pair[0], pair[1]


def _check_plurals(messages: list[tuple[bytes, bytes]], path: str) -> list[str]:
    plurals = [(original, text) for original, text in messages if b"\0" in original]
    header = next((text for original, text in messages if not original), b"")
    declared = re.search(
        rb"^plural-forms\s*:.*nplurals\s*=\s*(\d+)", header, re.IGNORECASE | re.MULTILINE
    )
    if plurals and declared is None:
        return [
            f"{path}: the header has no Plural-Forms line, plurals are chosen as in English",
        ]
    wanted = int(declared[1]) if declared else 2
    poor = [original for original, text in plurals if _count_forms(text) < wanted]
    complaints = [
        f"{path}: the message {_name(original)!r} lacks some of its {wanted} plural forms"
        for original in poor[:_NAMED]
    ]
    if len(poor) > _NAMED:
        complaints.append(f"{path}: so do {len(poor) - _NAMED} more messages")
    return complaints


def _count_forms(text: bytes) -> int:
    """Count the plural forms that a translator has filled in."""
    return sum(map(bool, text.split(b"\0")))


def _name(original: bytes) -> str:
    message = original.partition(b"\0")[0].rpartition(b"\x04")[2]
    return message.decode("utf-8", "replace")[:80]
