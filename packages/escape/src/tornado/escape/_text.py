"""Conversion between text and UTF-8 bytes."""

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
    r"""Return text as UTF-8 bytes, and bytes and None as they are.

    >>> utf8("caf\u00e9")
    b'caf\xc3\xa9'

    :raises TypeError: the value is something else.
    :raises UnicodeEncodeError: half of a surrogate pair is in the text.
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
    """Return UTF-8 bytes as text, and text and None as they are.

    :raises TypeError: the value is something else.
    :raises UnicodeDecodeError: the bytes are not UTF-8.
    """
    if type(value) is str or value is None:
        return value
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, str):
        return value
    raise unexpected(value)


def text_of(value: str | bytes) -> str:
    """Return text or UTF-8 bytes as a plain ``str``, also if it is an object of a subclass.

    :raises TypeError: the value is neither text nor bytes; None is not accepted.
    """
    text: str | None = to_unicode(value)
    if text is None:
        raise unexpected(value)
    return str.__str__(text)  # str() of an enum would be its name


def unexpected(value: object) -> TypeError:
    """Return the error for a value that is neither text nor bytes."""
    return TypeError(f"expected str or bytes, not {type(value).__name__}: {value!r:.100}")


#: The name of ``to_unicode`` for programs that also ran on Python 2, where ``str`` was bytes.
native_str = to_unicode
#: Another classic name of ``to_unicode``.
to_basestring = to_unicode


def recursive_unicode(obj: Any) -> Any:
    """Return a copy of a structure in which all bytes are converted to text.

    Dictionaries (with their keys), lists and tuples are converted; other objects are not changed.

    >>> recursive_unicode({b"names": [b"ann", (b"bob", 2)]})
    {'names': ['ann', ('bob', 2)]}

    :raises UnicodeDecodeError: some bytes are not UTF-8.
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
