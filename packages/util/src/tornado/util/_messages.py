"""Values in the texts of errors and log lines."""

from __future__ import annotations


def shortened(value: str | bytes, limit: int = 60) -> str:
    r"""Return a value as a message shows it: quoted, escaped and cut.

    What a peer sent may be long, and may hold line ends and codes that a terminal obeys. In the
    result everything outside of printable ASCII is an escape.

    >>> shortened("GET /\r\n")
    "'GET /\\r\\n'"
    >>> shortened(b"caf\xe9 au lait", limit=4)
    "'caf\\xe9...'"

    :param value: a text, or bytes, of which each one counts as the character with its number.
    :param limit: how many characters are shown; dots stand for the rest.

    .. versionadded:: 1.0
    """
    text = value if isinstance(value, str) else value.decode("latin-1")
    return ascii(text if len(text) <= limit else text[:limit] + "...")
