"""Text and bytes, turned into each other by UTF-8."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from typing import Any, overload

if TYPE_CHECKING:

    @overload
    def utf8(value: bytes | str) -> bytes: ...
    @overload
    def utf8(value: None) -> None: ...


def utf8(value: bytes | str | None) -> bytes | None:
    r"""Return text as UTF-8 bytes; bytes and None come back as they are.

    >>> utf8("caf\u00e9")
    b'caf\xc3\xa9'

    :raises TypeError: if the value is something else.
    :raises UnicodeEncodeError: if the text has half of a surrogate pair in it.
    """
    if type(value) is bytes or value is None:
        return value
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, bytes):
        return value
    raise unexpected(value)


if TYPE_CHECKING:

    @overload
    def to_unicode(value: bytes | str) -> str: ...
    @overload
    def to_unicode(value: None) -> None: ...


def to_unicode(value: bytes | str | None) -> str | None:
    """Return UTF-8 bytes as text; text and None come back as they are.

    :raises TypeError: if the value is something else.
    :raises UnicodeDecodeError: if the bytes are not UTF-8.
    """
    if type(value) is str or value is None:
        return value
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, str):
        return value
    raise unexpected(value)


def text_of(value: str | bytes) -> str:
    """Return text as a plain ``str``: the text itself, without a subclass's ways.

    :raises TypeError: if the value is neither text nor bytes; None is neither, here.
    """
    text: str | None = to_unicode(value)
    if text is None:
        raise unexpected(value)
    return str.__str__(text)  # str() would ask the subclass: an enum answers with its name


def unexpected(value: object) -> TypeError:
    """Return the error for a value that is neither text nor bytes."""
    return TypeError(f"expected str or bytes, not {type(value).__name__}: {value!r:.100}")


#: The name that ``to_unicode`` had when the native ``str`` of Python 2 was not unicode.
native_str = to_unicode
#: Another classic name of ``to_unicode``.
to_basestring = to_unicode


def recursive_unicode(obj: Any) -> Any:
    """Return a copy of a structure in which every bytes object is text.

    Goes through dictionaries (keys, too), lists and tuples; leaves everything else alone.

    >>> recursive_unicode({b"names": [b"ann", (b"bob", 2)]})
    {'names': ['ann', ('bob', 2)]}

    :raises UnicodeDecodeError: if bytes are not UTF-8.
    """
    if isinstance(obj, bytes):
        return obj.decode()
    if isinstance(obj, dict):
        return {recursive_unicode(key): recursive_unicode(value) for key, value in obj.items()}
    if isinstance(obj, list):
        return [recursive_unicode(item) for item in obj]
    if isinstance(obj, tuple):
        return tuple(recursive_unicode(item) for item in obj)
    return obj
