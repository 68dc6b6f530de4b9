"""Query strings and urlencoded forms."""

from __future__ import annotations

from ._percent import decode_escapes


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
    :param strict_parsing: raise ValueError where a field has no ``=``, in place of skipping it
        (or of keeping it as a blank value).
    :param max_num_fields: the largest number of fields, checked before anything is parsed.
    :returns: the fields in order. Values are bytes, because only the application knows their
        encoding; names are text in which every character stands for one byte (Latin-1).
    :raises ValueError: if there are too many fields, or for a field that is wrong.
    """
    if not qs:
        return {}
    data = qs.encode("latin-1") if isinstance(qs, str) else qs
    if max_num_fields is not None:
        fields = data.count(b"&") + 1
        if fields > max_num_fields:
            raise ValueError(f"too many fields: {fields}, and at most {max_num_fields} are allowed")
    parsed: dict[str, list[bytes]] = {}
    for field in data.replace(b"+", b" ").split(b"&"):
        name, equals, value = field.partition(b"=")
        if strict_parsing and not equals:
            raise ValueError(f"bad query field {field[:100]!r}: it has no '='")
        if value or (keep_blank_values and field):
            key = decode_escapes(name).decode("latin-1")
            parsed.setdefault(key, []).append(decode_escapes(value))
    return parsed
