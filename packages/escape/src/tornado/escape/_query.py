"""Query strings and urlencoded forms."""

from __future__ import annotations

from ._percent import decode_escapes, decode_to_latin1
from ._text import unexpected


def parse_qs_bytes(
    qs: str | bytes | None,
    keep_blank_values: bool = False,
    strict_parsing: bool = False,
    *,
    max_num_fields: int | None = None,
) -> dict[str, list[bytes]]:
    r"""Parse ``a=1&b=2`` into lists of values.

    >>> parse_qs_bytes("a=1&a=%ff&b=")
    {'a': [b'1', b'\xff']}

    :param qs: text or bytes. Only ``&`` separates fields.
    :param keep_blank_values: keep fields without a value.
    :param strict_parsing: raise ValueError if a field has no ``=``, instead of skipping it or
        keeping it as a blank value.
    :param max_num_fields: the largest number of fields, checked before anything is parsed.
    :returns: the fields in order. Values are bytes, because only the application knows their
        encoding. Names are text in which every character stands for one byte (Latin-1).
    :raises TypeError: ``qs`` is something else.
    :raises ValueError: there are too many fields, or a field is wrong.
    """
    if not qs:
        return {}
    # From here on one character is one byte, because searching text is faster than searching bytes.
    text = qs if isinstance(qs, str) and qs.isascii() else _latin1(qs)
    if max_num_fields is not None:
        fields = text.count("&") + 1
        if fields > max_num_fields:
            raise ValueError(f"Max number of fields exceeded: {fields}, at most {max_num_fields}")
    has_escapes = "%" in text
    parsed: dict[str, list[bytes]] = {}
    for field in text.replace("+", " ").split("&"):
        name, equals, value = field.partition("=")
        if not value:
            if strict_parsing and not equals:
                raise ValueError(f"bad query field {field[:100]!r}: it has no '='")
            if not (keep_blank_values and field):
                continue
        octets = value.encode("latin-1")
        if has_escapes:
            octets = decode_escapes(octets)
            if "%" in name:
                name = decode_to_latin1(name.encode("latin-1"))
        if name in parsed:
            parsed[name].append(octets)
        else:
            parsed[name] = [octets]
    return parsed


def _latin1(value: str | bytes) -> str:
    octets = value.encode("latin-1") if isinstance(value, str) else value
    if not isinstance(octets, bytes | bytearray):
        raise unexpected(value)
    return octets.decode("latin-1")
