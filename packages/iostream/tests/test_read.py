import asyncio
import itertools
import logging
import re
import socket

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tornado.iostream import (
    IOStream,
    StreamBufferFullError,
    StreamClosedError,
    UnsatisfiableReadError,
)


def test_each_read_gets_its_part_of_one_message(any_bed):
    async def main():
        a, b = await any_bed.pair()
        await b.write(b"line\nabcdefXXtail")
        assert await a.read_until(b"\n") == b"line\n"
        assert await a.read_bytes(3) == b"abc"
        assert await a.read_until_regex(rb"X+?X") == b"defXX"
        buffer = bytearray(2)
        assert await a.read_into(buffer) == 2
        assert buffer == b"ta"
        rest = a.read_until_close()
        b.close()
        assert await rest == b"il"

    any_bed.run(main())


def test_reads_wait_for_bytes_that_come_one_at_a_time(any_bed):
    async def main():
        a, b = await any_bed.pair()

        async def dribble(data):
            for byte in data:
                await b.write(bytes([byte]))
                await asyncio.sleep(0)

        message = b"ab\r\ncd\r\n0123456789"
        sender = asyncio.ensure_future(dribble(message))
        assert await a.read_until(b"\r\n") == b"ab\r\n"
        assert await a.read_until_regex(rb"\r?\n") == b"cd\r\n"
        assert await a.read_bytes(5) == b"01234"
        buffer = bytearray(5)
        assert await a.read_into(buffer) == 5
        assert buffer == b"56789"
        await sender

    any_bed.run(main())


@pytest.mark.parametrize("size", [1, 100, 65536, 65537, 1_000_000])
def test_read_bytes_collects_any_size(any_bed, size):
    async def main():
        a, b = await any_bed.pair()
        data = bytes(range(256)) * (size // 256 + 1)
        sent = b.write(data[:size] + b"!")
        assert await a.read_bytes(size) == data[:size]
        assert await a.read_bytes(1) == b"!"
        await sent

    any_bed.run(main())


def test_read_into_fills_a_part_of_a_larger_array(any_bed):
    async def main():
        a, b = await any_bed.pair()
        sent = b.write(bytes(300_000) + b"end")
        target = bytearray(b"x" * 300_010)
        assert await a.read_into(memoryview(target)[5:300_005]) == 300_000
        assert target == b"x" * 5 + bytes(300_000) + b"x" * 5
        buffer = bytearray(10)
        assert await a.read_into(buffer, partial=True) == 3
        assert buffer == b"end" + bytes(7)
        await sent

    any_bed.run(main())


def test_partial_reads_return_as_soon_as_there_is_something(any_bed):
    async def main():
        a, b = await any_bed.pair()
        waiting = a.read_bytes(100, partial=True)
        await b.write(b"abc")
        assert await waiting == b"abc"
        await b.write(b"defg")
        await any_bed.soon()
        assert await a.read_bytes(2, partial=True) == b"de"
        assert await a.read_bytes(2, partial=True) == b"fg"

    any_bed.run(main())


def test_reading_nothing_is_done_at_once(bed):
    async def main():
        a, _ = await bed.pair()
        assert await a.read_bytes(0) == b""
        assert await a.read_into(bytearray()) == 0
        assert not a.reading()

    bed.run(main())


@pytest.mark.parametrize(
    ("read", "error", "message"),
    [
        (lambda s: s.read_bytes(-1), ValueError, "negative number of bytes: -1"),
        (lambda s: s.read_until(b""), ValueError, "empty delimiter"),
        (lambda s: s.read_bytes(1.5), TypeError, "integer"),
        (lambda s: s.read_bytes("3"), TypeError, "integer"),
        (lambda s: s.read_until("\n"), TypeError, r"delimiter of bytes, not '\\n'"),
        (lambda s: s.read_until("\n", print), TypeError, "delimiter of bytes"),
        (lambda s: s.read_until(10), TypeError, "delimiter of bytes, not 10"),
        (
            lambda s: s.read_until(b"\n", "10"),
            TypeError,
            "max_bytes is a number of bytes, not '10'",
        ),
        (lambda s: s.read_until_regex(b"a", 1.5), TypeError, "max_bytes is a number"),
        (lambda s: s.read_until_regex("a["), re.error, "unterminated"),
        (lambda s: s.read_until_regex("a+"), TypeError, r"pattern of bytes, not 'a\+'"),
        (lambda s: s.read_into(b"constant"), TypeError, "read-only|modify"),
    ],
)
def test_senseless_reads_are_refused_at_once(bed, read, error, message):
    async def main():
        a, _ = await bed.pair()
        with pytest.raises(error, match=message):
            await read(a)
        assert not a.reading()

    bed.run(main())


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_a_delimiter_may_be_of_any_bytes(bed, kind):
    async def main():
        a, b = await bed.pair()
        await b.write(b"line\nrest")
        assert await a.read_until(kind(b"\n")) == b"line\n"

    bed.run(main())


def test_a_second_read_is_refused_while_one_is_pending(bed):
    async def main():
        a, b = await bed.pair()
        first = a.read_bytes(1)
        assert a.reading()
        with pytest.raises(RuntimeError, match="Already reading"):
            a.read_until(b"\n")
        b.write(b"x")
        assert await first == b"x"
        assert not a.reading()

    bed.run(main())


def test_a_refused_read_changes_nothing_about_the_pending_one(bed):
    async def main():
        a, b = await bed.pair()
        await b.write(b"x")
        assert await a.read_bytes(1) == b"x"
        first = a.read_bytes(4)
        with pytest.raises(RuntimeError, match="Already reading"):
            a.read_bytes(2, partial=True)
        b.write(b"abcdef")
        assert await first == b"abcd"
        assert await a.read_bytes(9, partial=True) == b"ef"

    bed.run(main())


def test_a_buffer_that_was_read_into_is_its_owners_again(any_bed):
    async def main():
        a, b = await any_bed.pair()
        for _ in range(2):  # at once, and from what is buffered
            target = bytearray(4)
            reading = a.read_into(target)
            await b.write(b"abcdefgh")
            assert await reading == 4
            target += b"no view holds its size"
            assert await a.read_bytes(2) == b"ef"
            target = bytearray(2)
            assert await a.read_into(target) == 2
            target += b"nor here"

    any_bed.run(main())


def test_a_cancelled_read_loses_no_byte(any_bed):
    async def main():
        a, b = await any_bed.pair()
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(a.read_until(b"\n"), 0.01)
        assert not a.reading()
        await b.write(b"hello\n")
        await any_bed.soon()
        pending = a.read_bytes(100)
        pending.cancel()
        await any_bed.soon()
        assert await a.read_until(b"\n") == b"hello\n"

    any_bed.run(main())


def test_bytes_that_came_before_the_end_can_still_be_read(any_bed):
    async def main():
        a, b = await any_bed.pair()
        await b.write(b"abcdef")
        b.close()
        with pytest.raises(StreamClosedError) as caught:
            await a.read_bytes(10)
        assert caught.value.real_error is None
        assert a.closed()
        assert await a.read_bytes(2) == b"ab"
        assert await a.read_until_close() == b"cdef"
        assert await a.read_until_close() == b""
        with pytest.raises(StreamClosedError):
            await a.read_bytes(1)

    any_bed.run(main())


@pytest.mark.parametrize(
    "read", [lambda s: s.read_until(b"\n", 10), lambda s: s.read_until_regex(b"\n", max_bytes=10)]
)
@pytest.mark.parametrize("data", [b"x" * 50, b"x" * 10 + b"\n"])
def test_a_line_that_is_too_long_closes_the_stream(any_bed, caplog, read, data):
    async def main():
        a, b = await any_bed.pair()
        b.write(data)
        with caplog.at_level(logging.INFO), pytest.raises(StreamClosedError) as caught:
            await read(a)
        assert isinstance(caught.value.real_error, UnsatisfiableReadError)
        assert isinstance(a.error, UnsatisfiableReadError)
        assert a.closed()
        assert "not found within 10 bytes" in caplog.text

    any_bed.run(main())


def test_a_line_of_just_the_allowed_length_is_read(any_bed):
    async def main():
        a, b = await any_bed.pair()
        b.write(b"x" * 9 + b"\n" + b"y" * 50)
        assert await a.read_until(b"\n", max_bytes=10) == b"x" * 9 + b"\n"
        assert await a.read_until_regex(rb"y{8}", max_bytes=8) == b"y" * 8

    any_bed.run(main())


@pytest.mark.parametrize("read", [lambda s: s.read_until(b"\n"), lambda s: s.read_until_close()])
def test_more_than_the_buffer_may_hold_closes_the_stream(any_bed, caplog, read):
    async def main():
        a, b = await any_bed.pair(max_buffer_size=1000)
        b.write(bytes(100_000))
        with pytest.raises(StreamClosedError) as caught:
            await read(a)
        assert isinstance(caught.value.real_error, StreamBufferFullError)
        assert "maximum read buffer size" in caplog.text
        assert "1000" in str(caught.value)

    any_bed.run(main())


def test_the_end_is_all_that_is_read_when_nothing_more_comes(any_bed):
    async def main():
        a, b = await any_bed.pair()
        b.write_nowait(b"x")
        assert await a.read_bytes(1) == b"x"
        rest = a.read_until_close()
        b.close()
        assert await rest == b""

    any_bed.run(main())


def test_a_small_buffer_still_passes_large_streams_piece_by_piece(any_bed):
    async def main():
        a, b = await any_bed.pair(max_buffer_size=1000)
        data = bytes(range(250)) * 400
        sent = b.write(data)
        received = b""
        while len(received) < len(data):
            piece = await a.read_bytes(700, partial=True)
            assert 0 < len(piece) <= 700
            received += piece
        await sent
        assert received == data

    any_bed.run(main())


def test_closing_ends_a_pending_read(any_bed):
    async def main():
        a, _ = await any_bed.pair()
        read = a.read_bytes(1)
        a.close()
        with pytest.raises(StreamClosedError):
            await read

    any_bed.run(main())


def test_a_stream_that_is_closed_with_an_error_does_not_have_its_whole_input(any_bed):
    async def main():
        a, b = await any_bed.pair()
        everything = a.read_until_close()
        await b.write(b"the first half")
        while not a._buffer or not a._buffer.size:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)
        a.close(exc_info=OSError("boom"))
        with pytest.raises(StreamClosedError) as caught:
            await everything
        assert str(caught.value.real_error) == "boom"
        with pytest.raises(StreamClosedError):
            await a.read_until_close()
        assert await a.read_bytes(14) == b"the first half"

    any_bed.run(main())


def test_nobody_reads_ahead_of_the_application(bed):
    async def main():
        a, b = await bed.pair()
        b.write(bytes(5_000_000))
        assert await a.read_bytes(1) == b"\0"
        await bed.soon()
        assert b.write_buffer_size > 2_000_000
        assert a._buffer.size <= a.read_chunk_size

    bed.run(main())


def test_end_of_input_without_a_reader_leaves_the_write_side_open(bed):
    async def main():
        a, b = await bed.pair()
        await b.write(b"request\n")
        assert await a.read_until(b"\n") == b"request\n"
        b.write_eof()
        await bed.soon()
        await a.write(b"answer")
        assert await b.read_bytes(6) == b"answer"
        assert not a.closed()

    bed.run(main())


def test_a_reset_is_the_real_error_and_no_log_line(bed, caplog):
    async def main():
        a, b = await bed.pair()
        b.socket.setsockopt(1, 13, bytes([1, 0, 0, 0, 0, 0, 0, 0]))  # SO_LINGER: reset on close
        b.close()
        with pytest.raises(StreamClosedError) as caught:
            await a.read_bytes(1)
        assert isinstance(caught.value.real_error, ConnectionResetError)
        assert not caplog.records

    bed.run(main())


def test_a_protocol_and_a_read_exclude_each_other(bed):
    async def main():
        a, _ = await bed.pair()
        read = a.read_bytes(1)
        with pytest.raises(RuntimeError, match="read is pending"):
            a.set_protocol(bed.Recorder())
        read.cancel()
        a.set_protocol(bed.Recorder())
        with pytest.raises(RuntimeError, match="protocol takes this stream's input"):
            a.read_bytes(1)

    bed.run(main())


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.binary(min_size=1, max_size=40).map(lambda b: b.replace(b"\n", b"-")), max_size=8),
    st.lists(st.integers(1, 60), min_size=1, max_size=20),
    st.integers(0, 3),
)
def test_any_split_on_the_wire_gives_the_same_reads(lines, cuts, style):
    """Send the same lines in pieces of every size, and read them in different ways."""

    async def main():
        left, right = socket.socketpair()
        a, b = IOStream(left), IOStream(right)
        message = b"".join(line + b"\n" for line in lines) + b"0123456789tail"

        async def send():
            place = 0
            for turn in itertools.count():
                if place >= len(message):
                    break
                size = cuts[turn % len(cuts)]
                b.write_nowait(message[place : place + size])
                place += size
                for _ in range(turn % 3):
                    await asyncio.sleep(0)
            b.close_when_written()

        sending = asyncio.ensure_future(send())
        for line in lines:
            if style == 0:
                got = await a.read_until(b"\n")
            elif style == 1:
                got = await a.read_until_regex(rb"\n")
            elif style == 2:
                got = await a.read_bytes(len(line) + 1)
            else:
                buffer = bytearray(len(line) + 1)
                assert await a.read_into(buffer) == len(buffer)
                got = buffer
            assert got == line + b"\n"
        assert await a.read_bytes(10) == b"0123456789"
        assert await a.read_until_close() == b"tail"
        await sending
        a.close()

    asyncio.run(main())
