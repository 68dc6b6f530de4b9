"""The C function against a definition that anybody can read, and against its Python version."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tornado.speedups
from tornado.speedups import websocket_mask
from tornado.util import _websocket_mask_python

_keys = st.binary(min_size=4, max_size=4)


def slow(key: bytes, data: bytes) -> bytes:
    return bytes(byte ^ key[index % 4] for index, byte in enumerate(data))


@given(_keys, st.binary(max_size=300))
def test_s23_each_byte_is_masked_by_its_byte_of_the_key(key, data):
    assert websocket_mask(key, data) == slow(key, data) == _websocket_mask_python(key, data)


@pytest.mark.parametrize("length", [*range(40), 125, 126, 4095, 4096, 4097, 65535, 65537])
def test_s23_every_length_and_every_place_in_memory(length):
    key = b"\x01\x80\xff\x5a"
    memory = bytes(index * 11 & 0xFF for index in range(length + 16))
    for start in range(9):
        data = memoryview(memory)[start : start + length]
        assert websocket_mask(key, data) == slow(key, bytes(data))


@given(_keys, st.binary(max_size=3000))
def test_masking_twice_gives_the_data_back(key, data):
    assert websocket_mask(key, websocket_mask(key, data)) == data


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_every_kind_of_buffer(kind):
    assert websocket_mask(kind(b"abcd"), kind(b"data")) == slow(b"abcd", b"data")


@pytest.mark.parametrize("key", [b"", b"abc", b"abcde", b"a" * 1000])
def test_s23_masks_of_another_length(key):
    with pytest.raises(ValueError, match=f"a mask has 4 bytes, not {len(key)}"):
        websocket_mask(key, b"data")


@pytest.mark.parametrize("arguments", [(), (b"abcd",), (b"abcd", "text"), ("abcd", b""), (1, 2)])
def test_wrong_arguments(arguments):
    with pytest.raises(TypeError):
        websocket_mask(*arguments)


def test_s23_views_that_are_not_contiguous_are_refused():
    with pytest.raises(BufferError):
        websocket_mask(b"abcd", memoryview(bytes(20))[::2])


def test_the_module_says_what_it_has():
    assert tornado.speedups.__all__ == ["websocket_mask"]
    assert "RFC 6455" in (websocket_mask.__doc__ or "")
