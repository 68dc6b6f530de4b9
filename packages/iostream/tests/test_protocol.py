import asyncio
import logging

import pytest

from tornado.iostream import StreamClosedError


def test_bytes_are_pushed_as_they_come(any_bed):
    async def main():
        a, b = await any_bed.pair()
        recorder = any_bed.Recorder(a)
        await b.write(b"hello")
        await recorder.until(5)
        await b.write(bytes(1_000_000))
        await recorder.until(1_000_005)
        assert recorder.data == b"hello" + bytes(1_000_000)
        b.close()
        await recorder.lost.wait()
        assert set(recorder.events[:-2]) == {"data"}
        assert recorder.events[-2:] == ["eof", "lost"]
        assert recorder.error is None

    any_bed.run(main())


def test_attaching_delivers_what_is_buffered_before_it_returns(any_bed):
    async def main():
        a, b = await any_bed.pair()
        await b.write(b"line\nrest")
        assert await a.read_until(b"\n") == b"line\n"
        assert any_bed.Recorder(a).data == b"rest"

    any_bed.run(main())


def test_a_protocol_may_give_the_stream_back_in_the_middle_of_a_message(any_bed):
    async def main():
        a, b = await any_bed.pair()

        class Head(any_bed.Recorder):
            def data_received(self, data):
                super().data_received(data)
                head, found, rest = self.data.partition(b"\n\n")
                if found:
                    a.set_protocol(None)
                    a.unread(rest)
                    done.set_result(head)

        done = asyncio.get_running_loop().create_future()
        protocol = Head(a)
        await b.write(b"head\n\nbody")
        assert await done == b"head"
        assert await a.read_bytes(4) == b"body"
        await b.write(b"pulled")
        assert await a.read_bytes(6) == b"pulled"
        assert protocol.events == ["data"]
        second = any_bed.Recorder(a)
        await b.write(b"pushed again")
        await second.until(12)

    any_bed.run(main())


def test_a_handler_may_attach_the_next_protocol(any_bed):
    async def main():
        a, b = await any_bed.pair()
        second = any_bed.Recorder()

        class First(any_bed.Recorder):
            def data_received(self, data):
                a.set_protocol(None)
                a.unread(data[3:])
                a.set_protocol(second)

        First(a)
        await b.write(b"abcdef")
        await second.until(3)
        await b.write(b"ghi")
        await second.until(6)
        assert second.data == b"defghi"

    any_bed.run(main())


def test_nothing_is_pushed_while_reading_is_paused(any_bed):
    async def main():
        a, b = await any_bed.pair()
        recorder = any_bed.Recorder(a)
        a.pause_reading()
        assert a.is_reading_paused()
        await b.write(b"later")
        await any_bed.soon()
        assert recorder.data == b""
        a.unread(b"first ")
        a.resume_reading()
        assert not a.is_reading_paused()
        assert recorder.data == b"first "
        await recorder.until(11)
        assert recorder.data == b"first later"

    any_bed.run(main())


def test_a_protocol_that_lends_its_input_does_not_keep_it_paused(any_bed):
    async def main():
        a, b = await any_bed.pair()

        class Lender(any_bed.Recorder):
            def lend_input(self):
                return True

        lender = Lender(a)
        a.pause_reading()
        await b.write(b"for the borrower")
        assert await a.read_bytes(16) == b"for the borrower"
        assert not a.is_reading_paused()
        a.set_protocol(lender)
        await b.write(b"back")
        await lender.until(4)
        assert lender.data == b"back"

    any_bed.run(main())


def test_pausing_slows_the_peer_down(bed):
    async def main():
        a, b = await bed.pair()
        recorder = bed.Recorder(a)
        a.pause_reading()
        b.write_nowait(bytes(5_000_000))
        await bed.soon()
        assert b.write_buffer_size > 2_000_000
        a.resume_reading()
        await recorder.until(5_000_000)

    bed.run(main())


def test_the_write_side_stays_open_after_the_end_of_input_if_the_protocol_says_so(bed):
    async def main():
        a, b = await bed.pair()
        recorder = bed.Recorder(a, keep_open=True)
        b.write_eof()
        await recorder.eof.wait()
        await bed.soon()
        assert not a.closed()
        assert recorder.events == ["eof"]
        await a.write(b"answer")
        assert await b.read_bytes(6) == b"answer"
        a.close()
        await recorder.lost.wait()

    bed.run(main())


def test_the_next_protocol_is_told_of_an_end_before_its_time(bed):
    async def main():
        a, b = await bed.pair()
        first = bed.Recorder(a, keep_open=True)
        b.write_eof()
        await first.eof.wait()
        a.set_protocol(None)
        second = bed.Recorder(a, keep_open=True)
        await second.eof.wait()
        a.set_protocol(None)
        third = bed.Recorder(a)
        a.set_protocol(None)
        await bed.soon()
        assert third.events == []
        assert not a.closed()
        bed.Recorder(a)
        await bed.soon()
        assert a.closed()

    bed.run(main())


@pytest.mark.parametrize("method", ["data_received", "eof_received", "pause_writing"])
def test_an_error_in_a_protocol_is_logged_once_and_closes_the_stream(bed, caplog, method):
    async def main():
        a, b = await bed.pair()
        recorder = bed.Recorder()
        setattr(recorder, method, lambda *args: 1 / 0)
        a.set_protocol(recorder)
        if method == "data_received":
            b.write_nowait(b"x")
        elif method == "eof_received":
            b.close()
        else:
            a.write_nowait(bytes(2_000_000))
        await recorder.lost.wait()
        assert a.closed()
        assert isinstance(recorder.error, ZeroDivisionError)
        errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
        assert len(errors) == 1
        assert "Uncaught exception, closing connection" in errors[0].getMessage()

    bed.run(main())


def test_the_protocol_learns_of_a_reset(bed):
    async def main():
        a, b = await bed.pair()
        recorder = bed.Recorder(a)
        b.socket.setsockopt(1, 13, bytes([1, 0, 0, 0, 0, 0, 0, 0]))  # SO_LINGER: reset on close
        b.close()
        await recorder.lost.wait()
        assert isinstance(recorder.error, ConnectionResetError)
        assert recorder.events == ["lost"]

    bed.run(main())


@pytest.mark.parametrize("how", ["close", "abort"])
def test_a_protocol_may_close_its_stream(any_bed, how):
    async def main():
        a, b = await any_bed.pair()

        class Closing(any_bed.Recorder):
            def data_received(self, data):
                super().data_received(data)
                getattr(a, how)()
                assert "lost" not in self.events

        recorder = Closing(a)
        await b.write(b"x")
        await recorder.lost.wait()
        assert recorder.events == ["data", "lost"]
        assert await b.read_until_close() == b""

    any_bed.run(main())


def test_a_write_that_finds_the_connection_broken_does_not_raise(bed):
    async def main():
        a, b = await bed.pair()
        recorder = bed.Recorder(a)
        a.pause_reading()
        b.socket.setsockopt(1, 13, bytes([1, 0, 0, 0, 0, 0, 0, 0]))  # SO_LINGER: reset on close
        b.close()
        await bed.soon()
        assert a.write_nowait(b"x") == 0
        await recorder.lost.wait()
        assert isinstance(recorder.error, ConnectionError)
        with pytest.raises(StreamClosedError):
            a.write_nowait(b"x")

    bed.run(main())


def test_a_protocol_for_a_closed_stream_gets_what_is_left(bed):
    async def main():
        a, b = await bed.pair()
        await b.write(b"line\nrest")
        await a.read_until(b"\n")
        a.close()
        recorder = bed.Recorder(a)
        assert recorder.data == b"rest"
        await recorder.lost.wait()
        with pytest.raises(StreamClosedError):
            a.set_protocol(bed.Recorder())

    bed.run(main())


def test_the_reader_is_registered_once_for_all_messages(bed):
    async def main():
        a, b = await bed.pair()
        registrations = []
        loop = asyncio.get_running_loop()
        original = loop.add_reader

        class Spy(bed.Recorder):
            pass

        a._loop = SpyLoop(loop, registrations)
        recorder = Spy(a)
        for count in range(1, 101):
            await b.write(b"x")
            await recorder.until(count)
            a.write_nowait(b"y")
        assert await b.read_bytes(100) == b"y" * 100
        assert registrations == ["add_reader"]
        assert loop.add_reader == original

    bed.run(main())


class SpyLoop:
    """Note what is registered, and pass everything on."""

    def __init__(self, loop, calls):
        self.loop = loop
        self.calls = calls

    def __getattr__(self, name):
        if name in {"add_reader", "remove_reader", "add_writer", "remove_writer"}:
            self.calls.append(name)
        return getattr(self.loop, name)
