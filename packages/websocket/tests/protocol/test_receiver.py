"""What a receiver makes of bytes."""

from __future__ import annotations

import tracemalloc
import zlib
from itertools import cycle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.websocket.protocol import (
    Close,
    Direction,
    Event,
    Inflater,
    PeerError,
    Ping,
    Pong,
    Receiver,
    ReceiverState,
)

TEXT, BINARY, CONTINUATION, CLOSE, PING, PONG = 0x81, 0x82, 0x80, 0x88, 0x89, 0x8A
FIRST_TEXT, FIRST_BINARY, MIDDLE = 0x01, 0x02, 0x00

KEY = b"\x37\xfa\x21\x3d"


def frame(
    first: int, payload: bytes = b"", *, masked: bool = True, length: bytes | None = None
) -> bytes:
    """Return a frame.

    :param first: its first byte.
    :param length: bytes to claim as the length, without the mask bit; by default the right ones.
    """
    if length is None:
        size = len(payload)
        if size < 126:
            length = bytes((size,))
        elif size < 65536:
            length = b"\x7e" + size.to_bytes(2, "big")
        else:
            length = b"\x7f" + size.to_bytes(8, "big")
    if not masked:
        return bytes((first,)) + length + payload
    head = bytes((first, length[0] | 0x80)) + length[1:] + KEY
    return head + bytes(byte ^ key for byte, key in zip(payload, cycle(KEY), strict=False))


def receiver(*, limit: int = 1 << 20, from_client: bool = True) -> Receiver:
    return Receiver(from_client=from_client, max_message_size=limit)


def receive(data: bytes, **options: Any) -> list[Event]:
    return receiver(**options).receive(data)


def fault(data: bytes, **options: Any) -> tuple[int, list[Event]]:
    """Return the close code of the error that bytes raise, and what came before it."""
    reader = receiver(**options)
    with pytest.raises(PeerError) as caught:
        reader.receive(data)
    assert reader.state is ReceiverState.ENDED
    assert reader.receive(frame(TEXT, b"more")) == []
    return caught.value.code, caught.value.events


# The examples of RFC 6455 section 5.7.


def test_the_examples_of_the_rfc():
    assert receive(bytes.fromhex("8105 48656c6c6f"), from_client=False) == ["Hello"]
    assert receive(bytes.fromhex("8185 37fa213d 7f9f4d5158")) == ["Hello"]
    fragments = bytes.fromhex("0103 48656c 8002 6c6f")
    assert receive(fragments, from_client=False) == ["Hello"]
    assert receive(bytes.fromhex("8905 48656c6c6f"), from_client=False) == [Ping(b"Hello")]
    assert receive(bytes.fromhex("8a85 37fa213d 7f9f4d5158")) == [Pong(b"Hello")]
    assert receive(bytes.fromhex("827e0100") + bytes(256), from_client=False) == [bytes(256)]
    long = bytes.fromhex("827f0000000000010000") + bytes(65536)
    assert receive(long, from_client=False) == [bytes(65536)]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 1535, 1536, 1537, 65535, 65536, 100_003])
def test_messages_of_every_length_field(size):
    data = bytes(index * 7 & 0xFF for index in range(size))
    assert receive(frame(BINARY, data)) == [data]
    assert receive(frame(BINARY, data, masked=False), from_client=False) == [data]
    text = "ä" * (size // 2)
    assert receive(frame(TEXT, text.encode())) == [text]


def test_control_frames_come_between_the_fragments_of_a_message():
    data = frame(FIRST_TEXT, b"a") + frame(PING, b"1") + frame(MIDDLE, b"b")
    data += frame(PONG, b"2") + frame(CONTINUATION, b"c") + frame(TEXT, b"d")
    assert receive(data) == [Ping(b"1"), Pong(b"2"), "abc", "d"]


def test_empty_fragments():
    data = frame(FIRST_BINARY) + frame(MIDDLE) + frame(CONTINUATION, b"x") + frame(FIRST_TEXT)
    assert receive(data + frame(CONTINUATION)) == [b"x", ""]


@pytest.mark.parametrize(
    ("payload", "event"),
    [
        (b"", Close(None, None)),
        (b"\x03\xe8", Close(1000, "")),
        (b"\x03\xe9so long \xc3\xa4", Close(1001, "so long ä")),
        (b"\x0b\xb8", Close(3000, "")),
        (b"\x13\x87" + b"r" * 123, Close(4999, "r" * 123)),
    ],
)
def test_close_frames(payload, event):
    reader = receiver()
    assert reader.receive(frame(CLOSE, payload) + frame(TEXT, b"after")) == [event]
    assert reader.state is ReceiverState.ENDED
    assert reader.receive(frame(TEXT, b"after")) == []


@pytest.mark.parametrize(
    "code", [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]
)
def test_s21_close_codes_that_are_never_sent(code):
    assert fault(frame(CLOSE, code.to_bytes(2, "big")))[0] == 1002


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, *range(1007, 1015), 3000, 4999])
def test_close_codes_that_are_sent(code):
    assert receive(frame(CLOSE, code.to_bytes(2, "big"))) == [Close(code, "")]


# What a peer must not do.


BROKEN = {
    "S21 a frame of a client that is not masked": [
        frame(TEXT, b"x", masked=False),
        frame(TEXT, masked=False, length=b"\x7f" + bytes(5) + b"\x01\x00\x00"),
    ],
    "S21 reserved bits": [frame(0xA1, b"x"), frame(0x91, b"x"), frame(0xB2, b"x"), frame(0xC9)],
    "S21 a compressed frame that was not agreed on": [frame(0xC1, b"x"), frame(0x42, b"x")],
    "S21 reserved opcodes": [frame(0x80 | code) for code in (3, 4, 5, 6, 7, *range(11, 16))],
    "S21 a control frame in fragments": [frame(0x09, b"x"), frame(0x08), frame(0x0A)],
    "S21 a control frame of 126 bytes": [
        frame(PING, b"x" * 126),
        frame(PONG, b"x" * 126),
        frame(CLOSE, b"\x03\xe8" + b"x" * 124),
    ],
    "S21 half a close code": [frame(CLOSE, b"\x03")],
    "S21 a continuation of nothing": [frame(CONTINUATION, b"x"), frame(MIDDLE, b"x")],
    "S21 a message within another one": [
        frame(FIRST_TEXT, b"x") + frame(TEXT, b"y"),
        frame(FIRST_TEXT, b"x") + frame(FIRST_BINARY, b"y"),
    ],
    "S21 a length that is longer than it need be": [
        frame(TEXT, b"x", length=b"\x7e\x00\x01"),
        frame(TEXT, b"x", length=b"\x7f" + bytes(7) + b"\x01"),
        frame(TEXT, b"x" * 125, length=b"\x7e\x00\x7d"),
        frame(TEXT, b"x" * 65535, length=b"\x7f" + bytes(6) + b"\xff\xff"),
    ],
    "S21 a length of 64 bits with the highest one set": [
        frame(TEXT, length=b"\x7f" + b"\x80" + bytes(7)),
        frame(BINARY, length=b"\x7f" + b"\xff" * 8),
    ],
}


@pytest.mark.parametrize(("name", "data"), [(k, data) for k, v in BROKEN.items() for data in v])
def test_s21_frames_that_break_the_protocol(name, data):
    assert fault(data)[0] == 1002, name
    assert receiver().whole_message(data) is None


def test_s21_nothing_is_read_of_a_frame_of_a_client_that_is_not_masked():
    for length in (b"\x05", b"\x7e\x00\x7e", b"\x7f" + bytes(5) + b"\x01\x00\x00"):
        assert fault(frame(TEXT, bytes(20), masked=False, length=length)) == (1002, [])


def test_s21_a_masked_frame_of_a_server_breaks_the_protocol():
    assert fault(frame(TEXT, b"x"), from_client=False)[0] == 1002
    assert fault(frame(TEXT), from_client=False)[0] == 1002


def test_s21_a_fault_is_seen_before_the_frame_is_complete():
    assert fault(b"\x91\x85")[0] == 1002  # RSV3, and nothing of the payload yet
    assert fault(b"\x89\xfe")[0] == 1002  # a ping with a length of 16 bits


def test_what_came_before_a_fault_is_not_lost():
    assert fault(frame(TEXT, b"one") + frame(BINARY, b"two") + frame(0x83))[1] == ["one", b"two"]


@pytest.mark.parametrize(
    "payload",
    [
        b"\xff",
        b"\xc0\xaf",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"ok \xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited",
        b"\xe2\x82",
    ],
)
def test_s21_text_that_is_not_utf8(payload):
    assert fault(frame(TEXT, payload))[0] == 1007
    assert fault(frame(FIRST_TEXT, payload[:1]) + frame(CONTINUATION, payload[1:]))[0] == 1007
    assert fault(frame(CLOSE, b"\x03\xe8" + payload))[0] == 1007


def test_s21_utf8_is_checked_as_it_streams():
    reader = receiver()
    whole = frame(TEXT, b"\xce\xba\xff" + b"x" * 1000)
    with pytest.raises(PeerError) as caught:
        reader.receive(whole[:12])  # a thousand bytes are missing
    assert caught.value.code == 1007


def test_characters_that_are_cut_by_frames_are_whole():
    data = "€".encode()
    assert receive(
        frame(FIRST_TEXT, data[:1]) + frame(MIDDLE, data[1:2]) + frame(CONTINUATION, data[2:])
    ) == ["€"]


# Limits.


def test_s21_a_frame_over_the_limit_is_refused_before_it_is_buffered():
    assert receive(frame(BINARY, bytes(100)), limit=100) == [bytes(100)]
    for size in (101, 126, 70_000):
        head = frame(BINARY, bytes(size))[: 2 + (0 if size < 126 else 2 if size < 65536 else 8) + 4]
        assert fault(head, limit=100)[0] == 1009


@pytest.mark.parametrize("from_client", [True, False])
def test_s21_the_limit_holds_for_a_frame_that_is_whole(from_client):
    options: dict[str, Any] = {"limit": 200, "from_client": from_client}
    assert receive(frame(BINARY, bytes(200), masked=from_client), **options) == [bytes(200)]
    assert fault(frame(BINARY, bytes(201), masked=from_client), **options) == (1009, [])
    head = frame(BINARY, bytes(201), masked=from_client)[: 8 if from_client else 4]
    assert fault(head, **options) == (1009, [])


def test_s21_the_limit_holds_for_all_fragments_of_a_message_together():
    data = frame(FIRST_BINARY, bytes(60))
    assert receive(data + frame(CONTINUATION, bytes(40)), limit=100) == [bytes(100)]
    assert fault(data + frame(CONTINUATION, bytes(41))[:6], limit=100)[0] == 1009


def test_s21_a_length_of_many_exabytes_takes_no_memory():
    assert fault(b"\x82\xff\x7f" + b"\xff" * 7 + KEY)[0] == 1009


def test_s21_tiny_pieces_do_not_take_more_memory_than_the_message():
    whole = frame(BINARY, bytes(200_000))
    reader = receiver()
    tracemalloc.start()
    for index in range(0, len(whole) - 2, 2):
        reader.receive(whole[index : index + 2])
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert taken < 2 * 200_000


def test_s21_the_rest_of_a_read_is_not_kept_for_the_little_that_is_missing():
    reader = receiver()
    tracemalloc.start()
    data = frame(BINARY, bytes(100_000)) + b"\x82\xfe"
    assert reader.receive(data) == [bytes(100_000)]
    del data
    assert tracemalloc.get_traced_memory()[0] < 50_000
    assert reader.receive(frame(BINARY, bytes(126))[2:]) == [bytes(126)]
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert taken < 50_000


def test_s9_a_flood_of_tiny_frames_is_not_copied_for_each_batch():
    reader = receiver()
    data = frame(TEXT, b"x") * 20_000
    tracemalloc.start()
    reader.receive(data, 64)
    before = tracemalloc.get_traced_memory()[0]
    assert before < 50_000  # it refers to what came
    tracemalloc.reset_peak()
    for _ in range(100):
        reader.receive(b"", 64)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < before + 50_000


def test_s9_a_flood_of_tiny_frames_is_read_in_batches():
    reader = receiver()
    data = frame(TEXT, b"x") * 1000
    counts = [len(reader.receive(data, 64))]
    while reader.has_more:
        counts.append(len(reader.receive(b"", 64)))
    assert counts == [64] * 15 + [40]
    assert not reader.has_more


def test_a_new_receiver_has_nothing_and_waits_for_a_frame():
    reader = receiver()
    assert (reader.has_more, reader.saw_control, reader.close_comes_alone) == (False, False, False)
    assert reader.state is ReceiverState.BETWEEN_FRAMES


def test_a_batch_is_64_events_where_nobody_says_how_many():
    reader = receiver()
    assert len(reader.receive(frame(PONG) * 65)) == 64
    assert reader.has_more
    assert len(reader.receive(b"")) == 1
    assert len(reader.receive(frame(PONG) * 64)) == 64
    assert not reader.has_more


def test_nothing_is_left_after_a_fault_or_a_close_frame():
    reader = receiver()
    assert len(reader.receive(frame(PONG) * 64 + frame(0x83))) == 64
    assert reader.has_more
    with pytest.raises(PeerError):
        reader.receive(b"")
    assert not reader.has_more
    assert reader.whole_message(frame(TEXT, b"whole")) is None

    reader = receiver()
    assert reader.receive(frame(CLOSE)) == [Close(None, None)]
    assert reader.whole_message(frame(TEXT, b"whole")) is None


@pytest.mark.parametrize("from_client", [True, False])
@pytest.mark.parametrize("first", [TEXT, BINARY])
@pytest.mark.parametrize("size", [4, 125, 126, 65535, 65536, 100_000])
def test_a_message_alone_is_read_by_itself_whatever_its_length(from_client, first, size):
    def reader() -> Receiver:
        return receiver(from_client=from_client, limit=size)

    content = b"x" * size
    data = frame(first, content, masked=from_client)
    assert reader().whole_message(data) == (content.decode() if first == TEXT else content)
    assert reader().whole_message(data[:-1]) is None
    assert reader().whole_message(data + b"x") is None
    assert receiver(from_client=from_client, limit=size - 1).whole_message(data) is None


def test_an_empty_message_of_a_client_is_read_by_itself():
    assert receiver().whole_message(frame(TEXT)) == ""
    assert receiver().whole_message(frame(BINARY)) == b""


def test_messages_may_be_compressed_or_not_where_that_was_agreed_on():
    compressor = zlib.compressobj(wbits=-15)

    def compress(data: bytes) -> bytes:
        compressed = compressor.compress(data) + compressor.flush(zlib.Z_SYNC_FLUSH)
        return compressed.removesuffix(b"\x00\x00\xff\xff")

    compressed, again = compress(b"hello"), compress(b"hello again")

    def reader() -> Receiver:
        inflater = Inflater(Direction(no_context_takeover=False, max_window_bits=15))
        return Receiver(from_client=True, max_message_size=1000, inflater=inflater)

    one = reader()
    assert one.whole_message(frame(0xC1, compressed)) == "hello"
    assert one.whole_message(frame(0xC1, again)) == "hello again"
    assert reader().whole_message(frame(0xC2, compressed)) == b"hello"
    assert reader().whole_message(frame(TEXT, b"plain")) == "plain"
    assert receiver().whole_message(frame(0xC1, compressed)) is None
    assert reader().receive(frame(FIRST_TEXT, b"pl") + frame(CONTINUATION, b"ain")) == ["plain"]
    halves = frame(0x41, compressed[:3]) + frame(CONTINUATION, compressed[3:])
    assert reader().receive(halves) == ["hello"]


# Any split of the bytes gives the same events.

_payloads = st.one_of(
    st.binary(max_size=200), st.binary(min_size=120, max_size=140).map(lambda d: d * 5)
)
_messages = st.one_of(
    st.tuples(st.just("text"), st.text(max_size=200)),
    st.tuples(st.just("binary"), _payloads),
    st.tuples(st.just("ping"), st.binary(max_size=125)),
    st.tuples(st.just("pong"), st.binary(max_size=125)),
)


def _frames(kind: str, content: str | bytes, cuts: list[int]) -> tuple[bytes, Event]:
    """Return the frames of a message, cut into fragments, and the event that it gives."""
    if kind == "ping":
        return frame(PING, content), Ping(content)
    if kind == "pong":
        return frame(PONG, content), Pong(content)
    data = content.encode() if kind == "text" else content
    places = sorted({min(cut, len(data)) for cut in cuts})
    pieces = [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]
    first = 1 if kind == "text" else 2
    parts = []
    for index, piece in enumerate(pieces):
        fin = 0x80 if index == len(pieces) - 1 else 0
        parts.append(frame(fin | (first if index == 0 else 0), piece))
    return b"".join(parts), content


@given(
    st.lists(st.tuples(_messages, st.lists(st.integers(0, 200), max_size=3)), max_size=8),
    st.lists(st.integers(1, 60), min_size=1, max_size=30),
    st.integers(1, 5),
)
def test_any_split_of_the_bytes_gives_the_same_events(messages, sizes, batch):
    parts = [_frames(kind, content, cuts) for (kind, content), cuts in messages]
    data = b"".join(part for part, _ in parts)
    reader = receiver()
    events: list[Event] = []
    position = index = 0
    while position < len(data):
        size = sizes[index % len(sizes)]
        events += reader.receive(data[position : position + size], batch)
        while reader.has_more:
            events += reader.receive(b"", batch)
        position += size
        index += 1
    assert events == [event for _, event in parts]


_heads = st.sampled_from(
    [b"\x81\x83", b"\x82\x82", b"\x82\xfe\x00", b"\x81\xfe\x00\x7e", b"\xc1\x81"]
)
_whole = st.builds(
    frame, st.sampled_from([TEXT, BINARY, PING, FIRST_TEXT, 0xC2, 0x83]), st.binary(max_size=400)
)


@given(st.one_of(_whole, st.binary(max_size=20), st.builds(bytes.__add__, _heads, st.binary())))
def test_a_message_alone_is_read_as_among_others(data):
    one, other = receiver(limit=300), receiver(limit=300)
    try:
        message = one.whole_message(data)
    except PeerError:
        assert fault(data, limit=300)[0] == 1007
        assert one.receive(frame(TEXT, b"more")) == []
        return
    if message is None:
        assert one.state is other.state
    else:
        assert other.receive(data) == [message]


def test_a_message_alone_is_not_read_within_another_one():
    whole = frame(TEXT, b"whole")
    for begun in (frame(FIRST_TEXT, b"x"), whole[:1], whole[:3], whole[:8]):
        reader = receiver()
        reader.receive(begun)
        assert reader.whole_message(whole) is None
    reader = receiver(from_client=False)
    assert reader.whole_message(frame(TEXT, b"whole", masked=False)) == "whole"
    assert reader.whole_message(whole) is None


@given(st.binary(max_size=300), st.lists(st.integers(1, 20), min_size=1, max_size=10))
def test_s21_any_bytes_give_events_or_a_fault_however_they_are_cut(data, sizes):
    def run(pieces: list[bytes]) -> tuple[list[Event], int | None]:
        reader = receiver(limit=10_000)
        events: list[Event] = []
        for piece in pieces:
            try:
                events += reader.receive(piece, 1_000_000)
            except PeerError as error:
                return events + error.events, error.code
        return events, None

    pieces, position, index = [], 0, 0
    while position < len(data):
        size = sizes[index % len(sizes)]
        pieces.append(data[position : position + size])
        position, index = position + size, index + 1
    assert run(pieces) == run([data])


def test_a_close_frame_may_wait_until_the_messages_before_it_are_handled():
    reader = receiver()
    reader.close_comes_alone = True
    sent = frame(TEXT, b"one") + frame(PING, b"") + frame(CLOSE, b"\x03\xe8")
    assert reader.receive(sent[:-1]) == ["one", Ping(b"")]
    assert not reader.has_more
    assert reader.receive(sent[-1:] + b"junk") == [Close(1000, "")]
    assert not reader.has_more

    reader = receiver()
    reader.close_comes_alone = True
    assert reader.receive(sent) == ["one", Ping(b"")]
    assert reader.has_more
    assert reader.receive(b"") == [Close(1000, "")]
    assert (reader.has_more, reader.state) == (False, ReceiverState.ENDED)
