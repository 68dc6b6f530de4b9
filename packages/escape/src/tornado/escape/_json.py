"""JSON that is safe inside a script element."""

from __future__ import annotations

import re

from ._text import unexpected

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

# Apart from the end tag, an HTML parser reacts to these two openings inside <script>: together they hide
# an end tag from it (HTML Living Standard, "Restrictions for contents of script elements").
_OPENING = re.compile("<(?=!--|script)", re.IGNORECASE)


class _Codec:
    """The encoder and the decoder in use, the only state of this package.

    ``None`` means that of the standard library, which is imported for the first value because this is
    slow.
    """

    dumps: Callable[[Any], str | bytes] | None = None
    loads: Callable[[str], Any] | None = None


def _standard_dumps() -> Callable[[Any], str]:
    from ._standard_json import dumps

    _Codec.dumps = staticmethod(dumps)
    return dumps


def _standard_loads() -> Callable[[str], Any]:
    from ._standard_json import loads

    _Codec.loads = staticmethod(loads)
    return loads


def configure_json(
    *,
    dumps: Callable[[Any], str | bytes] | None = None,
    loads: Callable[[str], Any] | None = None,
) -> None:
    """Choose the JSON encoder and decoder for this process.

    Without arguments, those of the standard library are used again.

    .. code-block:: python

        configure_json(dumps=orjson.dumps, loads=orjson.loads)

    :param dumps: takes a value, and returns JSON as text or UTF-8 bytes. :func:`json_encode` makes
        the result safe for a script element.
    :param loads: takes text, and returns a value; raises ValueError if the text is not JSON.

    .. versionadded:: 1.0
    """
    _Codec.dumps = staticmethod(dumps) if dumps else None
    _Codec.loads = staticmethod(loads) if loads else None


def json_encode(value: Any) -> str:
    r"""Return a value as JSON text that is safe inside a ``<script>`` element.

    ``</`` is written as ``<\/``, and the ``<`` of ``<!--`` and ``<script`` as ``\u003c``, so that
    nothing in the value ends or hides the element. U+2028 and U+2029, which were line ends for
    JavaScript before 2019, are written as escapes. For an attribute or the text between tags, apply
    :func:`xhtml_escape` to the result.

    >>> print(json_encode({"html": "</script>"}))
    {"html": "<\/script>"}

    :raises TypeError: something in the value cannot be written as JSON, for example bytes.
    :raises ValueError: the value contains itself, or is nested too deeply for Python.
    """
    try:
        text = (_Codec.dumps or _standard_dumps())(value)
    except RecursionError:
        raise ValueError(f"{type(value).__name__} is nested too deeply for JSON") from None
    if isinstance(text, bytes):
        text = text.decode()
    if "<" in text:
        text = text.replace("</", "<\\/")
        if "<!--" in text or "<s" in text or "<S" in text:
            text = _OPENING.sub(r"\\u003c", text)
    if not text.isascii():
        text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return text


def json_decode(value: str | bytes) -> Any:
    """Return the value of a JSON text.

    :param value: text, or bytes in UTF-8 (RFC 8259 section 8.1); UTF-16 and UTF-32 are detected.
    :raises ValueError: it is not JSON, or is nested too deeply for Python. The message of
        :exc:`json.JSONDecodeError` says where.
    :raises UnicodeDecodeError: (a ValueError) the bytes are not in their encoding.
    :raises TypeError: the value is something else.
    """
    text = value if isinstance(value, str) else _decode(value)
    try:
        return (_Codec.loads or _standard_loads())(text)
    except RecursionError:
        from json import JSONDecodeError

        raise JSONDecodeError("nested too deeply", text[:1000], 0) from None


def _decode(value: bytes) -> str:
    if not isinstance(value, (bytes, bytearray)):
        raise unexpected(value)
    if 0 in value[:4]:
        from json import detect_encoding

        return value.decode(detect_encoding(value))
    return value.decode().removeprefix("\ufeff")
