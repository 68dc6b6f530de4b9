"""Compression by permessage-deflate (RFC 7692)."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.websocket.protocol import (
    Agreement,
    Connection,
    Deflater,
    Direction,
    Inflater,
    MisuseError,
    PeerError,
    Receiver,
    SharedFrames,
)

KEEPING = Direction(no_context_takeover=False)
FRESH = Direction(no_context_takeover=True)


def receiver(direction: Direction = FRESH, *, limit: int = 1 << 20) -> Receiver:
    return Receiver(from_client=False, max_message_size=limit, inflater=Inflater(direction))


def frame(first: int, payload: bytes) -> bytes:
    size = len(payload)
    length = bytes((size,)) if size < 126 else b"\x7e" + size.to_bytes(2, "big")
    return bytes((first,)) + length + payload


# The examples of RFC 7692 section 7.2.3.


def test_the_examples_of_the_rfc():
    hello = bytes.fromhex("f248cdc9c90700")
    assert receiver().receive(frame(0xC1, hello)) == ["Hello"]
    assert receiver().receive(frame(0x41, hello[:3]) + frame(0x80, hello[3:])) == ["Hello"]
    again = bytes.fromhex("f200110000")  # refers to the message before
    assert receiver(KEEPING).receive(frame(0xC1, hello) + frame(0xC1, again)) == ["Hello", "Hello"]
    stored = bytes.fromhex("000500faff48656c6c6f00")
    assert receiver().receive(frame(0xC1, stored)) == ["Hello"]
    final_block = bytes.fromhex("f348cdc9c9070000")
    assert receiver().receive(frame(0xC1, final_block)) == ["Hello"]
    two_blocks = bytes.fromhex("f248050000 00ffffcac9c90700")
    assert receiver().receive(frame(0xC1, two_blocks)) == ["Hello"]


def test_messages_after_a_final_block_are_read():
    reader = receiver(KEEPING)
    final_block = bytes.fromhex("f348cdc9c9070000")
    for _ in range(3):
        assert reader.receive(frame(0xC1, final_block)) == ["Hello"]
    assert reader.receive(frame(0xC1, bytes.fromhex("f248cdc9c90700"))) == ["Hello"]


def test_uncompressed_messages_may_come_between_compressed_ones():
    reader = receiver(KEEPING)
    hello = bytes.fromhex("f248cdc9c90700")
    data = frame(0xC1, hello) + frame(0x81, b"plain") + frame(0xC1, bytes.fromhex("f200110000"))
    assert reader.receive(data) == ["Hello", "plain", "Hello"]


@pytest.mark.parametrize("first", [0xC0, 0xC8, 0xC9, 0xCA])
def test_s21_only_the_first_frame_of_a_message_is_marked_as_compressed(first):
    reader = receiver()
    reader.receive(frame(0x41, b""))
    with pytest.raises(PeerError) as caught:
        reader.receive(frame(first, b""))
    assert caught.value.code == 1002


def test_data_that_is_no_deflate_stream():
    with pytest.raises(PeerError) as caught:
        receiver().receive(frame(0xC2, b"\xff\xff\xff"))
    assert caught.value.code == 1007


def test_s21_compressed_text_has_to_be_utf8():
    compressed = Deflater(FRESH).compress(b"\xff\xfe" * 20)
    with pytest.raises(PeerError) as caught:
        receiver().receive(frame(0xC1, compressed))
    assert caught.value.code == 1007
    assert receiver().receive(frame(0xC2, compressed)) == [b"\xff\xfe" * 20]


# Limits.


@pytest.mark.parametrize("pieces", [1, 2, 5])
@pytest.mark.parametrize("size", [1, 1000, 70_000])
def test_s21_inflating_stops_exactly_at_the_limit(size, pieces):
    def receive(limit: int) -> list:
        compressed = Deflater(FRESH).compress(bytes(size))
        step = -(-len(compressed) // pieces)
        parts = [compressed[at : at + step] for at in range(0, len(compressed), step)]
        data = b"".join(
            frame((0x80 if index == len(parts) - 1 else 0) | (0x42 if index == 0 else 0), part)
            for index, part in enumerate(parts)
        )
        return receiver(limit=limit).receive(data)

    assert receive(size) == [bytes(size)]
    with pytest.raises(PeerError) as caught:
        receive(size - 1)
    assert caught.value.code == 1009


def test_s21_a_bomb_is_not_inflated_beyond_the_limit():
    import tracemalloc

    bomb = Deflater(FRESH, level=9).compress(bytes(30_000_000))
    assert len(bomb) < 60_000
    reader = receiver(limit=100_000)
    tracemalloc.start()
    with pytest.raises(PeerError) as caught:
        reader.receive(frame(0xC2, bomb))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.code == 1009
    assert most < 1_000_000


def test_what_cannot_be_compressed_may_be_as_large_as_the_limit():
    import random

    data = random.Random(1).randbytes(60_000)
    compressed = Deflater(FRESH).compress(data)
    assert len(compressed) > len(data)
    assert receiver(limit=len(data)).receive(frame(0xC2, compressed)) == [data]


def test_s21_a_message_of_many_final_blocks_is_refused():
    block = zlib.compressobj(wbits=-15)
    empty_final = block.compress(b"") + block.flush()
    with pytest.raises(PeerError) as caught:
        receiver().receive(frame(0xC2, empty_final * 1000))
    assert caught.value.code == 1007


# Both sides, with every parameter.

_directions = st.builds(Direction, st.booleans(), st.integers(8, 15))
_contents = st.one_of(
    st.text(max_size=300),
    st.binary(max_size=300),
    st.integers(0, 5000).map(lambda size: b"abcdefg " * size),
    st.integers(0, 5000).map(lambda size: "lorem ipsum " * size),
)


@given(
    _directions, _directions, st.integers(-1, 9), st.integers(1, 9), st.lists(_contents, max_size=6)
)
def test_every_parameter_gives_the_messages_back(sent, received, level, mem_level, contents):
    client = Connection(is_client=True, agreement=Agreement(sent, received, level, mem_level))
    server = Connection(is_client=False, agreement=Agreement(received, sent, level, mem_level))
    for one, other in ((client, server), (server, client)):
        data = b"".join(
            one.send_text(content) if isinstance(content, str) else one.send_binary(content)
            for content in contents
        )
        assert other.receive(data) == contents


@pytest.mark.parametrize("bits", range(8, 16))
def test_no_reference_reaches_beyond_the_agreed_window(bits):
    deflater = Deflater(Direction(no_context_takeover=False, max_window_bits=bits), level=9)
    inflater = Inflater(Direction(no_context_takeover=False, max_window_bits=bits))
    block = bytes(range(256)) * (1 << max(0, bits - 8))  # as long as the window
    for data in (block, b"x" + block, block + block):
        if deflater.can_compress(len(data)):
            compressed = deflater.compress(data)
            assert inflater.inflate(compressed, 1 << 20, final=True) == data
        else:
            assert bits == 8


def test_a_connection_without_takeover_holds_nothing_between_messages():
    import tracemalloc

    agreement = Agreement(FRESH, FRESH)
    connections = [Connection(is_client=False, agreement=agreement) for _ in range(50)]
    client = Connection(is_client=True, agreement=agreement)
    data = client.send_text("some message " * 20)
    for connection in connections:
        connection.receive(data)
        connection.send_text("some answer " * 20)
    tracemalloc.start()
    more = [Connection(is_client=False, agreement=agreement) for _ in range(50)]
    for connection in more:
        connection.receive(data)
        connection.send_text("some answer " * 20)
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert taken / 50 < 2000


@pytest.mark.parametrize(("level", "mem_level"), [(10, 8), (-2, 8), (6, 0), (6, 10)])
def test_levels_that_zlib_does_not_have(level, mem_level):
    with pytest.raises(MisuseError, match="level"):
        Deflater(FRESH, level=level, mem_level=mem_level)


# One frame for many.


@given(
    st.lists(st.one_of(st.none(), _directions), min_size=1, max_size=6),
    st.lists(st.tuples(_contents, st.booleans()), min_size=1, max_size=6),
)
def test_shared_frames_are_read_by_every_peer_between_its_own_messages(directions, contents):
    agreements = [
        None if direction is None else Agreement(direction, direction) for direction in directions
    ]
    servers = [Connection(is_client=False, agreement=agreement) for agreement in agreements]
    clients = [Connection(is_client=True, agreement=agreement) for agreement in agreements]
    for content, is_shared in contents:
        binary = isinstance(content, bytes)
        frames = SharedFrames(content, is_binary=binary)
        for server, client in zip(servers, clients, strict=True):
            if is_shared:
                data = frames.frame_for(server.sender)
            else:
                data = server.send_binary(content) if binary else server.send_text(content)
            assert client.receive(data) == [content]


def test_connections_with_equal_parameters_get_the_same_bytes():
    frames = SharedFrames("the news " * 50)
    senders = [
        Connection(is_client=False, agreement=Agreement(direction, FRESH)).sender
        for direction in (FRESH, KEEPING, Direction(True, 12), Direction(False, 12))
    ]
    made = [frames.frame_for(sender) for sender in senders]
    assert all(one is made[0] for one in made)  # a short message needs no large window
    assert made[0][0] == 0xC1


def test_a_client_shares_its_frames_with_nobody():
    frames = SharedFrames("text")
    one, other = (Connection(is_client=True) for _ in range(2))
    server = Connection(is_client=False)
    first, second = frames.frame_for(one.sender), frames.frame_for(other.sender)
    assert first != second
    assert server.receive(first) + server.receive(second) == ["text", "text"]
