"""Basic (RFC 7617) and Digest (RFC 7616) authentication."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from tornado.httputil import TOKEN, encode_username_password

if TYPE_CHECKING:
    from collections.abc import Callable

#: One parameter of a challenge: token "=" ( token / quoted-string ). No part can match in two ways,
#: so that matching takes linear time.
_PARAMETER = re.compile(rf'[ \t,]*+({TOKEN})[ \t]*+=[ \t]*+(?:"((?:[^"\\]++|\\.)*)"|([^\s,"]++))')
_SCHEME = re.compile(r"(?:^|,)[ \t]*digest[ \t]+", re.IGNORECASE)
#: attr-char of RFC 8187 section 3.2.1, without letters and digits.
_ATTR_CHAR = "!#$&+-.^_`|~"
_ALGORITHMS: dict[str, Callable[[bytes], str]] = {
    "SHA-512-256": lambda data: hashlib.new("sha512_256", data).hexdigest(),
    "SHA-256": lambda data: hashlib.sha256(data).hexdigest(),
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
}


def basic_field(username: str | bytes, password: str | bytes) -> str:
    """Return the value of an Authorization field of the Basic scheme."""
    joined = encode_username_password(username, password)
    return "Basic " + base64.b64encode(joined).decode("ascii")


def digest_field(
    challenges: list[str],
    method: str,
    path: str,
    username: str | bytes,
    password: str | bytes,
) -> str | None:
    """Return the answer to the strongest Digest challenge; None if there is none to answer.

    User and password are sent and hashed as UTF-8 in its composed form (RFC 7616 section 4) if they
    are text, and as they are if they are bytes. Values of the challenge are hashed in the bytes in
    which they came.

    :param challenges: the values of the WWW-Authenticate fields, one character for each byte.
    :param path: path and query, as in the request line.
    """
    answers = {}
    for value in challenges:
        for scheme in _SCHEME.finditer(value):
            challenge = _parameters(value, scheme.end())
            name = challenge.get("algorithm", "MD5").upper()
            plain = name.removesuffix("-SESS")
            if plain in _ALGORITHMS and "nonce" in challenge and _can_use(challenge):
                answers[plain] = challenge
    for plain, digest in _ALGORITHMS.items():
        if plain in answers:
            credentials = octets_of(username), octets_of(password)
            return _answer(answers[plain], digest, method, path, *credentials)
    return None


def _parameters(value: str, at: int) -> dict[str, str]:
    found: dict[str, str] = {}
    while (match := _PARAMETER.match(value, at)) is not None:
        quoted = match[2]
        text = match[3] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        found.setdefault(match[1].lower(), text)
        at = match.end()
    return found


def _can_use(challenge: dict[str, str]) -> bool:
    options = challenge.get("qop")
    return options is None or "auth" in re.split(r"[ \t,]+", options.lower())


def _answer(
    challenge: dict[str, str],
    digest: Callable[[bytes], str],
    method: str,
    path: str,
    username: bytes,
    password: bytes,
) -> str:
    realm, nonce = challenge.get("realm", ""), challenge["nonce"]
    algorithm = challenge.get("algorithm", "MD5")
    client_nonce = os.urandom(8).hex()
    secret = digest(b":".join([username, _octets(realm), password]))
    if algorithm.upper().endswith("-SESS"):
        secret = digest(_octets(f"{secret}:{nonce}:{client_nonce}"))
    action = digest(_octets(f"{method}:{path}"))
    fields = [
        f"Digest {_username_parameter(username)}",
        f'realm="{_escaped(realm)}"',
        f'nonce="{_escaped(nonce)}"',
        f'uri="{_escaped(path)}"',
    ]
    if "algorithm" in challenge:
        fields.append(f"algorithm={algorithm}")
    if "qop" in challenge:
        response = digest(_octets(f"{secret}:{nonce}:00000001:{client_nonce}:auth:{action}"))
        fields += ["qop=auth", "nc=00000001", f'cnonce="{client_nonce}"']
    else:
        response = digest(_octets(f"{secret}:{nonce}:{action}"))
    if "opaque" in challenge:
        fields.append(f'opaque="{_escaped(challenge["opaque"])}"')
    return ", ".join([*fields, f'response="{response}"'])


def _username_parameter(username: bytes) -> str:
    """Return the parameter that names the user (RFC 7616 section 3.4).

    A name that is not printable ASCII is sent as ``username*``, which says that it is UTF-8. Bytes
    that are not UTF-8 can only be sent as they are.
    """
    text = username.decode("latin-1")
    if text.isascii() and text.isprintable():
        return f'username="{_escaped(text)}"'
    try:
        username.decode("utf-8")
    except UnicodeDecodeError:
        return f'username="{_escaped(text)}"'
    return f"username*=UTF-8''{quote(username, safe=_ATTR_CHAR)}"


def octets_of(value: str | bytes) -> bytes:
    """Return the name or the password of a user in the bytes that are sent."""
    if isinstance(value, bytes):
        return value
    if not value.isascii():
        from unicodedata import normalize  # a large table, which most names do not need

        value = normalize("NFC", value)
    return value.encode()


def _octets(text: str) -> bytes:
    """Return the bytes of text that has one character for each of them."""
    return text.encode("latin-1", "replace")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
