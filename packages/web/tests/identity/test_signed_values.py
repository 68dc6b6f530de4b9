"""Signed values: those that other versions have signed are read, and nothing else is."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.web import (
    DEFAULT_SIGNED_VALUE_MIN_VERSION,
    DEFAULT_SIGNED_VALUE_VERSION,
    MAX_SUPPORTED_SIGNED_VALUE_VERSION,
    MIN_SUPPORTED_SIGNED_VALUE_VERSION,
    create_signed_value,
    decode_signed_value,
    get_signature_key_version,
)

SECRET = "secret"
THEN = 1_300_000_000
DAY = 86400

#: Made by tornado 6.6.1 with the secret, the name "key" and the time above.
V1 = b"w6l2YWx1ZQ==|1300000000|4ba3b6d32edd04190fa54892b25b7d022ff7c9d5"
V2 = (
    b"2|1:0|10:1300000000|3:key|12:w6l2YWx1ZQ==|"
    b"01beb9df11bfa97477a8940fc51584bac93ecb672e908d78f2fe57ea4623e89a"
)
#: The same with the keys {0: "a", 1: "b"}, key 1, and the value "value".
V2_ROTATED = (
    b"2|1:1|10:1300000000|3:key|8:dmFsdWU=|"
    b"32d064eb3921ac72891a7fe625dbedc9ad10a7020c2eb7bb0bece0fcac1aff83"
)


def create(value: str | bytes = "value", **options: object) -> bytes:
    arguments = {"secret": SECRET, "name": "key", "clock": lambda: THEN, **options}
    return create_signed_value(value=value, **arguments)  # type: ignore[arg-type]  # a table of cases


def decode(value: str | bytes | None, now: float = THEN, **options: object) -> bytes | None:
    arguments = {"secret": SECRET, "name": "key", "clock": lambda: now, **options}
    return decode_signed_value(value=value, **arguments)  # type: ignore[arg-type]  # as above


def signed(body: bytes) -> bytes:
    """Sign any text as values of version 2 are signed."""
    return body + hmac.digest(SECRET.encode(), body, "sha256").hex().encode()


def signed_v1(value: bytes, timestamp: bytes) -> bytes:
    mac = hmac.new(SECRET.encode(), b"key" + value + timestamp, hashlib.sha1)
    return b"|".join([value, timestamp, mac.hexdigest().encode()])


def test_the_versions_are_those_that_everybody_uses() -> None:
    assert DEFAULT_SIGNED_VALUE_VERSION == MAX_SUPPORTED_SIGNED_VALUE_VERSION == 2
    assert DEFAULT_SIGNED_VALUE_MIN_VERSION == MIN_SUPPORTED_SIGNED_VALUE_VERSION == 1


def test_what_is_signed_is_what_tornado_6_signs() -> None:
    assert create("évalue", version=1) == V1
    assert create("évalue", version=2) == create("évalue") == V2
    assert create(secret={0: "a", 1: "b"}, key_version=1) == V2_ROTATED


@pytest.mark.parametrize("value", [V1, V2, V1.decode(), V2.decode()])
def test_what_tornado_6_signed_is_read(value: str | bytes) -> None:
    assert decode(value) == "évalue".encode()


@given(st.binary(), st.text(), st.sampled_from([1, 2]))
def test_everything_survives_the_way_there_and_back(value: bytes, name: str, version: int) -> None:
    name = name.encode("utf-8", "replace").decode()
    signed = create(value, name=name, version=version)
    assert decode(signed, name=name) == value
    assert decode(signed, name=name + "x") is None


@pytest.mark.parametrize("version", [1, 2])
def test_s18_a_value_with_any_other_octet_is_not_ours(version: int) -> None:
    signed = create(version=version)
    for position in range(len(signed)):
        changed = bytearray(signed)
        changed[position] ^= 1
        assert decode(bytes(changed)) is None


@pytest.mark.parametrize("version", [1, 2])
def test_s18_a_truncated_value_is_not_ours(version: int) -> None:
    signed = create(version=version)
    assert [length for length in range(len(signed)) if decode(signed[:length]) is not None] == []
    assert decode(signed + b"0") is None


@pytest.mark.parametrize("version", [1, 2])
def test_s18_the_name_is_bound_into_the_signature(version: int) -> None:
    signed = create(version=version)
    assert decode(signed, name="other") is None
    # In version 1, nothing separates the name from the value.
    assert decode(signed, name="keyd") is None


def test_s18_signatures_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    original = hmac.compare_digest

    def recording(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return original(one, other)

    monkeypatch.setattr(hmac, "compare_digest", recording)
    for signed in (V1, V2):
        assert decode(signed[:-1] + b"f") is None
        assert compared[-1][0] == signed.rpartition(b"|")[2][:-1] + b"f"
    assert len(compared) == 2


@pytest.mark.parametrize("version", [1, 2])
def test_values_expire(version: int) -> None:
    signed = create(version=version)
    assert decode(signed, THEN + 31 * DAY) == b"value"
    assert decode(signed, THEN + 31 * DAY + 1) is None
    assert decode(signed, THEN + DAY + 1, max_age_days=1) is None
    assert decode(signed, THEN + 60 * DAY, max_age_days=60) == b"value"


@pytest.mark.parametrize("version", [1, 2])
def test_s18_values_from_the_future_are_refused(version: int) -> None:
    signed = create(version=version)
    assert decode(signed, THEN - 30 * DAY) == b"value"  # clocks differ
    assert decode(signed, THEN - 32 * DAY) is None


def test_s18_digits_cannot_move_from_the_value_to_the_time() -> None:
    value, timestamp, signature = signed_v1(b"MTIz", b"1300000000").split(b"|")
    moved = b"|".join([value[:-1], value[-1:] + timestamp, signature])
    assert decode(moved) is None
    assert decode(signed_v1(b"dmFsdWU=", b"01300000000")) is None


@pytest.mark.parametrize(
    "value",
    [
        signed(b"2|1:0|10:1300000000|3:key|4:!!!!|"),
        signed(b"2|1:0|10:1300000000|3:key|3:abc|"),
        signed(b"2|1:0|10:13000000x0|3:key|8:dmFsdWU=|"),
        signed(b"2|1:0|10:-300000000|3:key|8:dmFsdWU=|"),
        signed(b"2|1:x|10:1300000000|3:key|8:dmFsdWU=|"),
        signed(b"2|0:|10:1300000000|3:key|8:dmFsdWU=|"),
        signed(b"2|1:0|10:1300000000|3:key|-8:dmFsdWU=|"),
        signed(b"2|1:0|10:1300000000|3:key|9999999:dmFsdWU=|"),
        signed(b"2|1:0|10:1300000000|3:key|8:dmFsdWU=|5:extra|"),
        signed(b"2|1:0|10:1300000000|3:key|"),
        signed(b"2|"),
        signed_v1(b"!!", b"1300000000"),
        signed_v1(b"abc", b"1300000000"),
        signed_v1(b"dmFsdWU=", b"13x"),
    ],
)
def test_s18_a_good_signature_of_a_broken_format_is_ignored(value: bytes) -> None:
    assert decode(value) is None


@pytest.mark.parametrize(
    "value", [None, "", b"", "a", "|", "||", "2|", "3|1:0|x", "999|x", "é", "2|1:0|", b"\xff|1|1"]
)
def test_other_things_are_not_signed_values(value: str | bytes | None) -> None:
    assert decode(value) is None
    assert value is None or get_signature_key_version(value) is None


def test_s18_a_lower_version_than_wanted_is_refused() -> None:
    assert decode(V1, min_version=2) is None
    assert decode(V2, min_version=2) is not None
    with pytest.raises(ValueError, match="unsupported min_version 3"):
        decode(V2, min_version=3)


def test_s18_keys_rotate() -> None:
    old, new = {0: "a"}, {0: "a", 1: "b"}
    by_old = create(secret=old, key_version=0)
    by_new = create(secret=new, key_version=1)
    assert decode(by_old, secret=new) == decode(by_new, secret=new) == b"value"
    assert decode(by_new, secret=old) is None
    assert decode(by_old, secret={1: "b"}) is None
    assert decode(create(secret="a"), secret=new) == b"value"  # signed when there was one key
    assert decode(V1, secret={0: SECRET}) is None  # version 1 does not name its key
    assert decode(by_new, secret={0: "a", 1: "other"}) is None


def test_the_number_of_the_key_can_be_read() -> None:
    assert get_signature_key_version(V2_ROTATED) == 1
    assert get_signature_key_version(V2.decode()) == 0
    assert get_signature_key_version(V1) is None


def test_what_cannot_be_signed_is_an_error() -> None:
    with pytest.raises(ValueError, match="unsupported version 3"):
        create(version=3)
    with pytest.raises(ValueError, match="needs a key_version"):
        create(secret={0: "a"})
    with pytest.raises(ValueError, match="needs version 2"):
        create(secret={0: "a"}, version=1)
    with pytest.raises(KeyError):
        create(secret={0: "a"}, key_version=3)


def test_the_clock_is_the_wall_clock_by_default() -> None:
    signed = create_signed_value(SECRET, "key", base64.b64encode(b"x"))
    assert decode_signed_value(SECRET, "key", signed) == b"eA=="
