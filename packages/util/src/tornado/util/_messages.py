"""Values in the texts of errors and log lines."""

from __future__ import annotations


def shortened(value: str | bytes, limit: int = 60) -> str:
    r"""Return a value for a message: quoted, escaped and cut.

    A value that a peer sent may be long, and may have line ends and control sequences in it. In the
    result, all characters other than printable ASCII are escapes.

    >>> shortened("GET /\r\n")
    "'GET /\\r\\n'"
    >>> shortened(b"caf\xe9 au lait", limit=4)
    "'caf\\xe9...'"

    :param value: text, or bytes, each of which is shown as the character with its number.
    :param limit: how many characters are shown. If there are more, three dots follow.

    .. versionadded:: 1.0
    """
    text = value if isinstance(value, str) else value.decode("latin-1")
    return ascii(text if len(text) <= limit else text[:limit] + "...")
