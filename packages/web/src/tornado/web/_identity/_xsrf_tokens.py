"""Tokens against forged requests (XSRF), and how they are written.

Version 1 is the token in hexadecimal digits. Version 2 hides it with a mask that differs in each
response, so that the length of compressed responses does not reveal it (BREACH)::

    2|<mask: 8 hexadecimal digits>|<masked token>|<time of the token in seconds>
"""

from __future__ import annotations

import binascii
import os
import re
import time
from itertools import cycle
from typing import NamedTuple

from tornado.escape import utf8

_MASK_LENGTH = 4
_TOKEN_LENGTH = 16

#: The longest text that is parsed; ours are shorter.
_LONGEST = 256
_MASKED_FORM = r"2\|([0-9A-Fa-f]{8})\|((?:[0-9A-Fa-f]{2})+)\|([0-9]{1,18})"
_NEWER = r"[0-9]+\|"


class Token(NamedTuple):
    """A token: a client may send forms only with its `secret`."""

    version: int
    secret: bytes
    timestamp: int


def new_token() -> Token:
    """Make a token that nobody can guess."""
    return Token(2, os.urandom(_TOKEN_LENGTH), int(time.time()))


def parse_token(text: str) -> Token | None:
    """Parse a token of either version; ``None`` if the text is not one."""
    if not text or len(text) > _LONGEST:
        return None
    masked = re.fullmatch(_MASKED_FORM, text)
    if masked is not None:
        mask, secret = binascii.unhexlify(masked[1]), binascii.unhexlify(masked[2])
        return Token(2, _mask(mask, secret), int(masked[3]))
    if re.match(_NEWER, text):
        return None
    return Token(1, _old_secret(text), int(time.time()))


def write_token(token: Token, version: int) -> bytes:
    """Write a token, in version 2 with a new mask.

    :raises ValueError: there is no such version.
    """
    if version == 1:
        return binascii.hexlify(token.secret)
    if version == 2:
        mask = os.urandom(_MASK_LENGTH)
        hidden = _mask(mask, token.secret).hex()
        return f"2|{mask.hex()}|{hidden}|{token.timestamp}".encode()
    raise ValueError(f"unknown xsrf cookie version {version!r}, it is 1 or 2")


def _mask(mask: bytes, secret: bytes) -> bytes:
    """Add a mask to a secret, or remove it."""
    return bytes([octet ^ hidden for octet, hidden in zip(secret, cycle(mask), strict=False)])


def _old_secret(text: str) -> bytes:
    try:
        return binascii.unhexlify(text)
    except ValueError:
        return utf8(text)  # other programs may have set the cookie
