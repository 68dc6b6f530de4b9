from hypothesis import given
from hypothesis import strategies as st

from tornado.iostream._read_buffer import ReadBuffer

pieces = st.lists(st.binary(min_size=1, max_size=5000), max_size=12)


@given(pieces, st.lists(st.integers(0, 9000), max_size=20))
def test_any_pieces_come_out_in_order_whatever_counts_are_taken(pieces, counts):
    buffer = ReadBuffer()
    for piece in pieces:
        buffer.append(piece)
    whole = b"".join(pieces)
    for wanted in counts:
        count = min(wanted, buffer.size)
        assert buffer.take(count) == whole[:count]
        whole = whole[count:]
        assert buffer.size == len(whole)
    assert buffer.take(buffer.size) == whole


@given(st.lists(st.one_of(st.binary(min_size=1, max_size=3000), st.integers(0, 4000)), max_size=30))
def test_appending_taking_and_looking_may_alternate(steps):
    buffer = ReadBuffer()
    model = b""
    for step in steps:
        if isinstance(step, bytes):
            buffer.append(step)
            model += step
        else:
            count = min(step, len(model))
            assert buffer.take(count) == model[:count]
            model = model[count:]
            if step % 3 == 0:
                assert buffer.block() == model
        assert buffer.size == len(model)


@given(pieces, st.binary(min_size=1, max_size=4000))
def test_bytes_that_are_given_back_come_first(pieces, back):
    buffer = ReadBuffer()
    for piece in pieces:
        buffer.append(piece)
    buffer.prepend(back)
    assert buffer.take(buffer.size) == back + b"".join(pieces)


def test_a_piece_that_is_taken_whole_is_not_copied():
    buffer = ReadBuffer()
    piece = bytes(100_000)
    buffer.append(piece)
    assert buffer.take(len(piece)) is piece


def test_tiny_pieces_take_little_more_memory_than_their_bytes():
    import sys

    buffer = ReadBuffer()
    for _ in range(20_000):
        buffer.append(b"xy")
    assert sys.getsizeof(buffer._block) + sys.getsizeof(buffer._pieces) < 2 * 40_000
