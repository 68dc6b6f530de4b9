import gzip
import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.util import GzipDecompressor

HELLO = gzip.compress(b"hello" * 100)


def decompress_all(stream, max_length=1 << 20, piece=1 << 20):
    """Decompress a stream in pieces, with a limit; return the chunks."""
    decompressor = GzipDecompressor()
    chunks = []
    for start in range(0, len(stream), piece):
        data = stream[start : start + piece]
        while data:
            chunks.append(decompressor.decompress(data, max_length))
            data = decompressor.unconsumed_tail
    assert decompressor.flush() == b""
    return chunks


@given(
    members=st.lists(st.binary(max_size=200), min_size=1, max_size=4),
    piece=st.integers(1, 100),
    max_length=st.integers(1, 100),
)
def test_any_split_and_any_limit_give_the_same_bytes(members, piece, max_length):
    stream = b"".join(map(gzip.compress, members))
    chunks = decompress_all(stream, max_length, piece)
    assert b"".join(chunks) == b"".join(members)
    assert all(len(chunk) <= max_length for chunk in chunks)


def test_several_members_come_out_of_one_call_when_they_fit():
    assert decompress_all(HELLO * 3) == [b"hello" * 300]


def test_a_limit_that_ends_with_a_member_leaves_the_next_member_for_later():
    decompressor = GzipDecompressor()
    assert decompressor.decompress(HELLO + HELLO, 500) == b"hello" * 100
    assert decompressor.unconsumed_tail == HELLO
    assert decompressor.decompress(decompressor.unconsumed_tail, 501) == b"hello" * 100
    assert decompressor.unconsumed_tail == b""


def test_empty_members_are_read_through():
    assert b"".join(decompress_all(gzip.compress(b"") * 50 + HELLO)) == b"hello" * 100


def test_headers_with_name_and_comment_are_understood():
    buffer = io.BytesIO()
    with gzip.GzipFile("name.txt", "wb", fileobj=buffer) as file:
        file.write(b"text")
    assert decompress_all(buffer.getvalue()) == [b"text"]


def test_a_small_input_does_not_become_more_than_the_limit():
    bomb = gzip.compress(bytes(10_000_000))
    decompressor = GzipDecompressor()
    assert len(decompressor.decompress(bomb, 1000)) == 1000
    assert decompressor.unconsumed_tail


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_other_kinds_of_bytes_are_accepted(kind):
    assert GzipDecompressor().decompress(kind(HELLO), 1000) == b"hello" * 100


def test_an_empty_stream_is_complete():
    decompressor = GzipDecompressor()
    assert decompressor.decompress(b"", 10) == b""
    assert decompressor.flush() == b""
    assert decompressor.flush() == b""


@pytest.mark.parametrize("zeros", [1, 2, 3, 511, 100_000])
@pytest.mark.parametrize("piece", [1, 100, 1 << 20])
def test_zeros_after_the_last_member_are_padding(zeros, piece):
    stream = HELLO + HELLO + bytes(zeros)
    assert b"".join(decompress_all(stream, piece=piece)) == b"hello" * 200
    assert b"".join(decompress_all(stream, max_length=100, piece=piece)) == b"hello" * 200
    assert b"".join(decompress_all(memoryview(stream), piece=piece)) == b"hello" * 200


@pytest.mark.parametrize(
    "garbage",
    [b"junk", b"x", b"\0x", b"\0" * 1000 + b"x", b"\0" + HELLO, HELLO + b"\0" + HELLO, b"\0\x1f"],
)
@pytest.mark.parametrize("piece", [1, 10_000])
def test_garbage_after_the_last_member_is_an_error(garbage, piece):
    with pytest.raises(zlib.error, match=r"^found b'.* after the last gzip member( and zeros)?$"):
        decompress_all(HELLO + garbage, piece=piece)


@pytest.mark.parametrize("piece", [1, 10_000])
def test_garbage_that_starts_like_a_member_is_an_error(piece):
    with pytest.raises(zlib.error):
        decompress_all(HELLO + b"\x1fx", piece=piece)


def test_garbage_that_is_the_first_byte_of_a_member_is_a_truncated_stream():
    with pytest.raises(zlib.error, match="truncated"):
        decompress_all(HELLO + b"\x1f")


@pytest.mark.parametrize("data", [b"plain text", zlib.compress(b"x"), b"\x00"])
def test_what_is_not_gzip_is_an_error(data):
    with pytest.raises(zlib.error, match="instead of a gzip member"):
        GzipDecompressor().decompress(data, 100)


@pytest.mark.parametrize("kept", [1, 2, 9, 10, 15, len(HELLO) - 8, len(HELLO) - 1])
def test_a_truncated_member_is_an_error_at_the_flush(kept):
    with pytest.raises(zlib.error, match="truncated gzip stream"):
        decompress_all(HELLO[:kept])
    with pytest.raises(zlib.error, match="truncated gzip stream"):
        decompress_all(HELLO + HELLO[:kept])


def test_a_damaged_checksum_is_an_error():
    damaged = HELLO[:-8] + bytes(4) + HELLO[-4:]
    with pytest.raises(zlib.error, match="incorrect data check"):
        decompress_all(damaged)


def test_a_flush_before_everything_is_consumed_is_a_mistake_of_the_caller():
    decompressor = GzipDecompressor()
    decompressor.decompress(HELLO, 10)
    with pytest.raises(ValueError, match=r"^\d+ bytes of unconsumed_tail are left"):
        decompressor.flush()


def test_a_negative_limit_is_refused():
    with pytest.raises(ValueError, match="not -1"):
        GzipDecompressor().decompress(HELLO, -1)


def test_no_limit_is_deprecated_and_still_works():
    decompressor = GzipDecompressor()
    with pytest.warns(DeprecationWarning, match="without max_length"):
        assert decompressor.decompress(HELLO + HELLO) == b"hello" * 200
    assert decompressor.flush() == b""
