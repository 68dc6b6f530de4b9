r"""Signed values: everybody can read them, only the application can make them.

Version 2, which is written::

    2|1:0|10:1300000000|3:key|8:dmFsdWU=|<hexadecimal HMAC-SHA256 of everything before it>

Between the version and the signature are four fields, each after its length: the number of the
key, the time in seconds, the name, and the value in base64.

Version 1, which is still read: ``<base64 value>|<time>|<HMAC-SHA1 of name, value and time>``.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import time
from typing import TYPE_CHECKING, NamedTuple

from tornado.escape import utf8
from tornado.log import gen_log

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Secret = str | bytes | Mapping[int, str | bytes]

#: The version that :func:`create_signed_value` makes.
DEFAULT_SIGNED_VALUE_VERSION = 2
#: The oldest version that :func:`decode_signed_value` accepts by default.
DEFAULT_SIGNED_VALUE_MIN_VERSION = 1
#: The oldest and the newest version.
MIN_SUPPORTED_SIGNED_VALUE_VERSION = 1
MAX_SUPPORTED_SIGNED_VALUE_VERSION = 2

_DAY = 86400
# How far the clock of a signer may be ahead of ours. In version 1 nothing separates the value from
# the time, so digits of one could be moved to the other.
_LONGEST_AHEAD = 31 * _DAY

_VERSION = re.compile(rb"([1-9][0-9]{0,2})\|")
# Key and time with their lengths, and the length of the name.
_UP_TO_NAME = re.compile(
    rb"2\|([0-9]{1,2}):([0-9]{1,18})\|([0-9]{1,2}):([0-9]{1,18})\|([0-9]{1,7}):"
)
_UP_TO_VALUE = re.compile(rb"\|([0-9]{1,7}):")
_OLD_VALUE = re.compile(rb"([0-9A-Za-z+/=]*)\|([1-9][0-9]{0,17})\|([0-9a-f]{40})")


class _SignedParts(NamedTuple):
    """The parts of a value of version 2; they are not verified yet."""

    key_version: int
    timestamp: int
    name: bytes
    value: bytes
    signature: bytes
    covered: bytes


def create_signed_value(
    secret: Secret,
    name: str,
    value: str | bytes,
    version: int | None = None,
    clock: Callable[[], float] | None = None,
    key_version: int | None = None,
) -> bytes:
    """Sign a value, its name and the time.

    :param secret: the key, or a dictionary of keys by their numbers.
    :param version: 1 or 2; 2 if ``None``.
    :param clock: returns the time in seconds; :func:`time.time` if ``None``.
    :param key_version: the number of the key, if there are several.
    :raises ValueError: there is no such version, or `key_version` is missing.
    :raises KeyError: there is no key of this number.
    """
    if version is None:
        version = DEFAULT_SIGNED_VALUE_VERSION
    timestamp = b"%d" % int((clock or time.time)())
    encoded = base64.b64encode(utf8(value))
    if version == 1:
        if not isinstance(secret, str | bytes):
            raise ValueError("a dictionary of keys needs version 2 of signed values")
        signature = _sign_old(secret, utf8(name), encoded, timestamp)
        return b"|".join([encoded, timestamp, signature])
    if version != 2:
        raise ValueError(f"unsupported version {version} of signed values")
    if not isinstance(secret, str | bytes):
        if key_version is None:
            raise ValueError("a dictionary of keys needs a key_version to sign with")
        secret = secret[key_version]
    fields = (b"%d" % (key_version or 0), timestamp, utf8(name), encoded)
    covered = b"2|" + b"".join([b"%d:%b|" % (len(field), field) for field in fields])
    return covered + _sign(secret, covered)


def decode_signed_value(
    secret: Secret,
    name: str,
    value: str | bytes | None,
    max_age_days: float = 31,
    clock: Callable[[], float] | None = None,
    min_version: int | None = None,
) -> bytes | None:
    """Return what was signed; ``None`` if it was not signed with this key under this name.

    :param max_age_days: older values are refused.
    :param min_version: older versions are refused.
    :raises ValueError: there is no version `min_version`.
    """
    if min_version is None:
        min_version = DEFAULT_SIGNED_VALUE_MIN_VERSION
    if min_version > MAX_SUPPORTED_SIGNED_VALUE_VERSION:
        raise ValueError(f"unsupported min_version {min_version} of signed values")
    if not value:
        return None
    signed = utf8(value)
    version = _version_of(signed)
    if version < min_version or version > MAX_SUPPORTED_SIGNED_VALUE_VERSION:
        return None
    now = (clock or time.time)()
    decode = _decode if version == 2 else _decode_old
    return decode(secret, utf8(name), signed, now, max_age_days)


def get_signature_key_version(value: str | bytes) -> int | None:
    """Return the number of the key that a value names; the signature is not verified.

    :returns: ``None`` for version 1, which has no such number, and for other texts.
    """
    signed = utf8(value)
    if _version_of(signed) != 2:
        return None
    parts = _split(signed)
    return None if parts is None else parts.key_version


def _version_of(signed: bytes) -> int:
    if signed.startswith(b"2|"):
        return 2
    # The first field of version 1 is base64, whose length is a multiple of four.
    match = _VERSION.match(signed)
    return 1 if match is None else int(match[1])


def _decode(
    secret: Secret, name: bytes, signed: bytes, now: float, max_age_days: float
) -> bytes | None:
    parts = _split(signed)
    if parts is None:
        return None
    key = secret if isinstance(secret, str | bytes) else secret.get(parts.key_version)
    if key is None or not hmac.compare_digest(parts.signature, _sign(key, parts.covered)):
        return None
    if not hmac.compare_digest(parts.name, name):
        return None
    if not _is_valid_at(parts.timestamp, now, max_age_days):
        return None
    return _decode_base64(parts.value)


def _decode_old(
    secret: Secret, name: bytes, signed: bytes, now: float, max_age_days: float
) -> bytes | None:
    match = _OLD_VALUE.fullmatch(signed)
    if match is None or not isinstance(secret, str | bytes):
        return None
    value, timestamp, signature = match.groups()
    if not hmac.compare_digest(signature, _sign_old(secret, name, value, timestamp)):
        gen_log.warning("Invalid cookie signature of the value %r", name)
        return None
    if int(timestamp) > now + _LONGEST_AHEAD:
        gen_log.warning("Cookie timestamp in future (possible tampering) of the value %r", name)
    if not _is_valid_at(int(timestamp), now, max_age_days):
        return None
    return _decode_base64(value)


def _is_valid_at(timestamp: int, now: float, max_age_days: float) -> bool:
    return now - max_age_days * _DAY <= timestamp <= now + _LONGEST_AHEAD


def _decode_base64(value: bytes) -> bytes | None:
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error:
        return None


def _split(signed: bytes) -> _SignedParts | None:
    head = _UP_TO_NAME.match(signed)
    if head is None:
        return None
    key_length, key_version, time_length, timestamp, name_length = head.groups()
    if int(key_length) != len(key_version) or int(time_length) != len(timestamp):
        return None
    name_end = head.end() + int(name_length)
    middle = _UP_TO_VALUE.match(signed, name_end)
    if middle is None:
        return None
    end = middle.end() + int(middle[1])
    if signed[end : end + 1] != b"|":
        return None
    return _SignedParts(
        int(key_version),
        int(timestamp),
        signed[head.end() : name_end],
        signed[middle.end() : end],
        signed[end + 1 :],
        signed[: end + 1],
    )


def _sign(key: str | bytes, covered: bytes) -> bytes:
    return hmac.digest(utf8(key), covered, "sha256").hex().encode()


def _sign_old(key: str | bytes, *parts: bytes) -> bytes:
    return hmac.digest(utf8(key), b"".join(parts), "sha1").hex().encode()


def _create_signature_v1(secret: str | bytes, *parts: str | bytes) -> bytes:
    """Return the signature of version 1; tests of programs use this name."""
    return _sign_old(secret, *map(utf8, parts))


def _create_signature_v2(secret: str | bytes, s: bytes) -> bytes:
    """Return the signature of version 2; tests of programs use this name."""
    return _sign(secret, utf8(s))
