"""Regular expressions that match one text, converted back to that text."""

from __future__ import annotations

_ASCII_ALPHANUMERIC = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


def re_unescape(s: str) -> str:
    r"""Undo :func:`re.escape`.

    >>> re_unescape(r"a\.b")
    'a.b'

    :param s: a pattern that matches one fixed text.
    :raises ValueError: there is a backslash before an ASCII letter or digit, or at the end.
        ``re.escape`` never writes these, and ``\d`` does not mean one text.
    """
    head, *escaped = s.split("\\")
    pieces = [head]
    rest = iter(escaped)
    for piece in rest:
        # An empty piece is followed by another backslash, which is the escaped character.
        if not piece:
            following = next(rest, None)
            if following is None:
                raise ValueError(f"cannot unescape {s!r:.100}: it ends with a backslash")
            pieces += ("\\", following)
        elif piece[0] in _ASCII_ALPHANUMERIC:
            raise ValueError(f"cannot unescape '\\{piece[0]}' in {s!r:.100}")
        else:
            pieces.append(piece)
    return "".join(pieces)
