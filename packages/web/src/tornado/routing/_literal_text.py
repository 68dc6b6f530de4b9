"""Literal text in regular expressions and in the paths of requests."""

from __future__ import annotations

import re

from tornado.escape import url_escape

_SPECIAL = frozenset(".^$*+?{}[]\\|()")
_QUANTIFIERS = frozenset("*?{")

#: Percent-encoded octets and characters that a path may contain as they are (``pchar`` and the
#: slash, RFC 3986 section 3.3); everything else is encoded.
_PATH_TEXT = re.compile(r"(%[0-9A-Fa-f]{2}|[A-Za-z0-9\-._~!$&'()*+,;=:@/]+)")

#: Characters that a path may contain as they are, but that many clients encode (``sub-delims``, the
#: colon and the at sign, RFC 3986 section 3.3); ``urllib.parse.quote`` does.
_SOMETIMES_ENCODED = re.compile(r"([!$&'()*+,;=:@])")

_ALWAYS_PLAIN = re.compile(r"[A-Za-z0-9\-._~/]*")


def literal_prefix(regex: re.Pattern[str]) -> tuple[str, bool]:
    """Find the text with which every match of a pattern begins.

    :returns: the text, and whether the pattern matches nothing else.
    """
    pattern = regex.pattern.removeprefix("^")
    if regex.flags != re.UNICODE or "|" in pattern:
        return "", False
    prefix = ""
    at = 0
    while at < len(pattern):
        step, char = 1, pattern[at]
        if char == "\\" and at + 1 < len(pattern) and not pattern[at + 1].isalnum():
            step, char = 2, pattern[at + 1]
        elif char in _SPECIAL:
            return prefix, pattern[at:] == "$"
        if pattern[at + step : at + step + 1] in _QUANTIFIERS:
            return prefix, False
        prefix += char
        at += step
    return prefix, False


def encoded_literal(text: str) -> str:
    """Percent-encode a literal text, except for the parts that are already encoded."""
    return "".join(plain or url_escape(other, plus=False) for plain, other in _parts(text))


def fixed_beginning(text: str) -> str:
    """Return the beginning of an encoded text that all clients spell in the same way."""
    match = _ALWAYS_PLAIN.match(text)
    return match[0] if match else ""


def literal_pattern(text: str) -> str:
    """Return a regular expression for all spellings of a literal text in a request.

    Hexadecimal digits of an encoded octet may be upper or lower case (RFC 3986 section 2.1).
    """
    return "".join(
        _plain_pattern(plain) if plain else _other_pattern(other) for plain, other in _parts(text)
    )


def _plain_pattern(text: str) -> str:
    if text[0] == "%":
        return _encoded_pattern(text)
    return "".join(
        _either(part) if at % 2 else re.escape(part)
        for at, part in enumerate(_SOMETIMES_ENCODED.split(text))
    )


def _other_pattern(text: str) -> str:
    # Some clients send characters such as | as they are.
    encoded = _encoded_pattern(url_escape(text, plus=False))
    return f"(?:{encoded}|{re.escape(text)})" if text.isascii() else encoded


def _either(char: str) -> str:
    return f"(?:{re.escape(char)}|{_encoded_pattern(f'%{ord(char):02X}')})"


def _encoded_pattern(encoded: str) -> str:
    return re.sub("[A-Fa-f]", _either_case, encoded)


def _parts(text: str) -> list[tuple[str, str]]:
    """Split a literal text into parts that a path may contain and parts that it may not."""
    parts = _PATH_TEXT.split(text)  # the others have even indexes
    return [("", part) if at % 2 == 0 else (part, "") for at, part in enumerate(parts) if part]


def _either_case(digit: re.Match[str]) -> str:
    return f"[{digit[0].upper()}{digit[0].lower()}]"
