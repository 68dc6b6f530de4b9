"""Masking (RFC 6455 section 5.3)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tornado.websocket.protocol import mask
from tornado.websocket.protocol._masking import rotated

_keys = st.binary(min_size=4, max_size=4)
_lengths = st.one_of(st.integers(0, 700), st.integers(0, 20_000))


@given(_keys, st.randoms(), _lengths)
def test_each_byte_is_masked_by_its_byte_of_the_key(key, random, length):
    data = random.randbytes(length)
    assert mask(key, data) == bytes(byte ^ key[i % 4] for i, byte in enumerate(data))
    assert mask(key, mask(key, data)) == data


@given(_keys, st.binary(max_size=1000), st.integers(0, 1000))
def test_a_payload_may_be_masked_in_pieces(key, data, cut):
    head, tail = data[:cut], data[cut:]
    assert mask(key, head) + mask(rotated(key, len(head)), tail) == mask(key, data)
