"""The ``Set-Cookie`` field: RFC 6265bis section 4.1, and ``http.cookies`` where that is silent.

Values that need quotes are quoted as ``http.cookies`` does it, because that is what readers of
Python's cookies expect.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from tornado.httputil import TCHAR, format_timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The time of cookies that the browser shall remove.
REMOVED = (1970, 1, 1, 0, 0, 0, 0, 0, 0)
_DAY = 86400

# Patterns are compiled when they are first used: not every program sets cookies.

# cookie-name = token, and the colon that http.cookies accepts as well.
_NAME = rf"[{TCHAR}:]+"
_PLAIN_VALUE = _NAME
# Characters that a quoted value may have; those beyond ASCII are sent as escapes.
_QUOTABLE_VALUE = r"[\x21-\x7e\xa0-\xff]*"
_ESCAPED = r'["\\,;]|[\x80-\xff]'
# av-octet = any CHAR except CTLs or ";"
_ATTRIBUTE = r"[\x20-\x3a\x3c-\x7e]*"

#: The attributes, in the order in which they are sent, and how they are spelled.
_LABELS = {
    "comment": "Comment",
    "domain": "Domain",
    "expires": "expires",
    "httponly": "HttpOnly",
    "max-age": "Max-Age",
    "partitioned": "Partitioned",
    "path": "Path",
    "samesite": "SameSite",
    "secure": "Secure",
    "version": "Version",
}
_FLAGS = frozenset({"httponly", "partitioned", "secure"})
_SAME_SITE = frozenset({"strict", "lax", "none"})


def merged_attributes(
    named: dict[str, Any], expires_days: float | None, further: Mapping[str, Any]
) -> dict[str, Any]:
    """Merge the attributes of a cookie.

    :param named: those with an argument of their own.
    :param expires_days: days from now, if there is no time in `named`.
    :param further: other attributes; they replace those in `named`, and keep their spelling for
        messages of errors.
    """
    if expires_days is not None and not named["expires"]:
        named["expires"] = time.time() + expires_days * _DAY
    for name in further:
        named.pop(name.lower().replace("_", "-"), None)
    return {**named, **further}


def set_cookie_line(name: str, value: str, attributes: Mapping[str, Any]) -> str:
    """Write the value of a ``Set-Cookie`` field.

    :param attributes: their names in any letter case, with ``_`` or ``-``; those that are ``None``
        or false are left out, and so is an empty path or domain.
    :raises InvalidCookieError: a part has characters that could end the value or the field, an
        attribute does not exist, or the prefix of the name requires other attributes.
    """
    _check_name(name)
    known = _by_known_name(name, attributes)
    _check_prefix(name, known)
    parts = [f"{name}={_quote(name, value)}"]
    for key, label in _LABELS.items():
        if key in known:
            parts.append(label if key in _FLAGS else f"{label}={_text_of(name, key, known[key])}")
    return "; ".join(parts)


def is_prefixed(name: str) -> bool:
    """Tell whether browsers accept a cookie of this name only if it is ``Secure``."""
    return name.lower().startswith(("__host-", "__secure-"))


def _check_name(name: str) -> None:
    if re.fullmatch(_NAME, name) is None:
        raise _invalid(f"Invalid cookie attribute name={name[:60]!r}: it has to be a token")
    if name.lower() in _LABELS:
        raise _invalid(f"Invalid cookie attribute name={name!r}: that is an attribute of cookies")


def _by_known_name(cookie: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    known = {}
    for name, value in attributes.items():
        key = name.lower().replace("_", "-")
        if key not in _LABELS:
            raise _invalid(f"cookie {cookie!r} cannot have the attribute {name[:60]!r}")
        if value is not None and value is not False and value != "":
            _check_text(cookie, name, str(value))
            known[key] = value
    return {key: value for key, value in known.items() if value or key not in _FLAGS}


def _check_text(cookie: str, attribute: str, text: str) -> None:
    if re.fullmatch(_ATTRIBUTE, text) is None:
        raise _invalid(
            f"Invalid cookie attribute {attribute}={text[:60]!r} of cookie {cookie!r}: "
            "control character, ';' or non-ASCII"
        )


def _check_prefix(name: str, attributes: Mapping[str, Any]) -> None:
    """Check what browsers require; they drop other cookies silently (RFC 6265bis 4.1.3)."""
    secure = "secure" in attributes
    if is_prefixed(name) and not secure:
        raise _invalid(f"cookie {name!r} needs secure=True because of its prefix")
    if name.lower().startswith("__host-") and (
        "domain" in attributes or attributes.get("path") != "/"
    ):
        raise _invalid(f"cookie {name!r} needs path='/' and no domain because of its prefix")
    if "partitioned" in attributes and not secure:
        raise _invalid(f"cookie {name!r} is partitioned, so it needs secure=True")


def _text_of(cookie: str, key: str, value: Any) -> str:
    if key == "expires":
        return format_timestamp(value)
    if key == "max-age":
        return str(int(value))
    text = str(value)
    if key == "samesite" and text.lower() not in _SAME_SITE:
        raise _invalid(f"samesite of cookie {cookie!r} is Strict, Lax or None, not {text[:60]!r}")
    return text


def _quote(name: str, value: str) -> str:
    if re.fullmatch(_PLAIN_VALUE, value):
        return value
    if re.fullmatch(_QUOTABLE_VALUE, value) is None:
        raise _invalid(
            f"bad value of cookie {name!r}, url_escape() what has spaces, control characters or "
            f"other scripts: {value[:60]!r}"
        )
    return f'"{re.sub(_ESCAPED, _escape, value)}"'


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    return f"\\{char}" if char in '"\\' else f"\\{ord(char):03o}"


def _invalid(message: str) -> ValueError:
    from ._cookie_errors import InvalidCookieError

    return InvalidCookieError(message)
