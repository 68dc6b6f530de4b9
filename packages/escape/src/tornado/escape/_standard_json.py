"""The standard library's JSON, without the steps that are always the same."""

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

    ``json.dumps`` makes a new encoder in C for every value, which takes longer than to encode a small
    one. The one made here lasts; it does not look for circles, and leaves them to ``json`` itself.
    """
    try:
        chunks = json.encoder.c_make_encoder(  # type: ignore[attr-defined]  # not documented
            None,  # no record of what is being encoded
            lambda value: _encoder.default(value),  # noqa: PLW0108 - looked up late: programs replace it
            json.encoder.encode_basestring_ascii,
            None,  # no indentation
            ": ",
            ", ",
            False,  # keys are not sorted
            False,  # nor skipped
            True,  # NaN and infinities are written
        )
    except (AttributeError, TypeError):
        return _encoder.encode  # a Python without that function, or with another form of it

    def dumps(value: Any) -> str:
        try:
            return "".join(chunks(value, 0))
        except RecursionError:
            return _encoder.encode(value)

    return dumps


def loads(text: str) -> Any:
    """Decode like ``json.loads``, but look for white space only where there can be some."""
    try:
        value, end = _decoder.raw_decode(text)
    except json.JSONDecodeError:
        return _decoder.decode(text)
    return value if end == len(text) else _decoder.decode(text)


#: Writes what ``json.dumps`` writes.
dumps = _standard_dumps()
