"""Masking (RFC 6455 section 5.3)."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec

from hypothesis import given
from hypothesis import strategies as st

from tornado.websocket.protocol import mask
from tornado.websocket.protocol._masking import (
    mask_in_python,
    mask_part,
    mask_part_in_python,
    rotated,
)

_keys = st.binary(min_size=4, max_size=4)
_lengths = st.one_of(st.integers(0, 700), st.integers(0, 20_000))


@given(_keys, st.randoms(), _lengths)
def test_each_byte_is_masked_by_its_byte_of_the_key(key, random, length):
    data = random.randbytes(length)
    masked = bytes(byte ^ key[i % 4] for i, byte in enumerate(data))
    assert mask(key, data) == mask_in_python(key, data) == masked
    assert mask(key, masked) == mask_in_python(key, masked) == data


@given(_keys, st.binary(max_size=1000), st.integers(0, 1000))
def test_a_payload_may_be_masked_in_pieces(key, data, cut):
    head, tail = data[:cut], data[cut:]
    assert mask(key, head) + mask(rotated(key, len(head)), tail) == mask(key, data)


@given(_keys, st.integers(0, 6000), st.integers(0, 6000))
def test_a_part_of_a_buffer_is_masked(key, one, other):
    data = bytes(index * 7 & 0xFF for index in range(6000))
    start, end = sorted((one, other))
    expected = mask_in_python(key, data[start:end])
    assert mask_part(key, data, start, end) == expected
    assert mask_part_in_python(key, data, start, end) == expected


def _run(**environment: str) -> subprocess.CompletedProcess[str]:
    program = "from tornado.websocket.protocol import mask; print(mask.__module__)"
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_environment_chooses_the_version():
    in_python = _run(TORNADO_EXTENSION="0")
    assert in_python.stdout == "tornado.websocket.protocol\n"
    has_speedups = find_spec("tornado.speedups") is not None
    required = _run(TORNADO_EXTENSION="1")
    assert (required.returncode == 0) == has_speedups
    assert ("tornado.speedups" in required.stderr) == (not has_speedups)
    chosen = "tornado.speedups" if has_speedups else "tornado.websocket.protocol"
    assert _run(TORNADO_EXTENSION="").stdout == f"{chosen}\n"
