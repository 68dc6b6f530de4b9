"""Basic (RFC 7617) and Digest (RFC 7616) authentication."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from typing import TYPE_CHECKING

from tornado.escape import utf8
from tornado.httputil import encode_username_password

if TYPE_CHECKING:
    from collections.abc import Callable

#: One parameter of a challenge: token "=" ( token / quoted-string ). No part can match in two ways.
_PARAMETER = re.compile(
    r'[ \t,]*+([!#$%&\'*+\-.^_`|~0-9A-Za-z]++)[ \t]*+=[ \t]*+(?:"((?:[^"\\]++|\\.)*)"|([^\s,"]++))'
)
_SCHEME = re.compile(r"(?:^|,)[ \t]*digest[ \t]+", re.IGNORECASE)
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
    challenges: list[str], method: str, path: str, username: str, password: str
) -> str | None:
    """Answer the strongest Digest challenge that can be answered; None if there is none.

    :param challenges: the values of the WWW-Authenticate fields.
    :param path: path and query, as they stand in the request line.
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
            return _answer(answers[plain], digest, method, path, username, password)
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
    username: str,
    password: str,
) -> str:
    realm, nonce = challenge.get("realm", ""), challenge["nonce"]
    algorithm = challenge.get("algorithm", "MD5")
    client_nonce = os.urandom(8).hex()
    secret = digest(utf8(f"{username}:{realm}:{password}"))
    if algorithm.upper().endswith("-SESS"):
        secret = digest(utf8(f"{secret}:{nonce}:{client_nonce}"))
    action = digest(utf8(f"{method}:{path}"))
    fields = [
        f'Digest username="{_escaped(username)}"',
        f'realm="{_escaped(realm)}"',
        f'nonce="{_escaped(nonce)}"',
        f'uri="{_escaped(path)}"',
    ]
    if "algorithm" in challenge:
        fields.append(f"algorithm={algorithm}")
    if "qop" in challenge:
        response = digest(utf8(f"{secret}:{nonce}:00000001:{client_nonce}:auth:{action}"))
        fields += ["qop=auth", "nc=00000001", f'cnonce="{client_nonce}"']
    else:
        response = digest(utf8(f"{secret}:{nonce}:{action}"))
    if "opaque" in challenge:
        fields.append(f'opaque="{_escaped(challenge["opaque"])}"')
    return ", ".join([*fields, f'response="{response}"'])


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
