"""The standard library's JSON, without the steps that it repeats for each value."""

from __future__ import annotations

import json

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_encoder = json.JSONEncoder()
_decoder = json.JSONDecoder()


def _standard_dumps() -> Callable[[Any], str]:
    """Return an encoder that writes what ``json.dumps`` writes.

    ``json.dumps`` makes a new encoder in C for every value, which takes longer than encoding a small
    value. The encoder made here is kept. It does not look for circular references: ``json`` itself
    finds them after a RecursionError.
    """
    try:
        chunks = json.encoder.c_make_encoder(  # type: ignore[attr-defined]  # not documented
            None,  # markers, by which circular references would be found
            lambda value: _encoder.default(value),  # noqa: PLW0108 - looked up each time, because programs replace it
            json.encoder.encode_basestring_ascii,
            None,  # indent
            ": ",
            ", ",
            False,  # sort_keys
            False,  # skipkeys
            True,  # allow_nan
        )
    except (AttributeError, TypeError):
        return _encoder.encode  # this Python has no such function, or one with other parameters

    def dumps(value: Any) -> str:
        try:
            return "".join(chunks(value, 0))
        except RecursionError:
            return _encoder.encode(value)

    return dumps


def loads(text: str) -> Any:
    """Decode like ``json.loads``, but skip white space only if there is some."""
    try:
        value, end = _decoder.raw_decode(text)
    except json.JSONDecodeError:
        return _decoder.decode(text)
    return value if end == len(text) else _decoder.decode(text)


#: Returns what ``json.dumps`` returns.
dumps = _standard_dumps()
