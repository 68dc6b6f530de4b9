"""What is sent, when, and what is told of it, with a descriptor that takes what a test says."""

import asyncio
import errno
import socket

import pytest

from tornado.iostream import BaseIOStream, IOStream, SSLIOStream, StreamClosedError

HIGH_MARK = 65536
LOW_MARK = 16384


class Scripted(BaseIOStream):
    """A stream whose descriptor takes as many bytes as a list says, one item for each call.

    An exception in the list is raised. After the list, it would block.
    """

    can_write_eof = True

    def __init__(self, script):
        self.socket, self.peer = socket.socketpair()
        self.script = script
        self.calls = []
        self.is_over = asyncio.Event()
        super().__init__()

    def fileno(self):
        return self.socket.fileno()

    def close_fd(self):
        self.socket.close()
        self.peer.close()

    def read_from_fd(self, buf):
        return None

    def write_to_fd(self, data):
        if not self.script:
            raise BlockingIOError
        step = self.script.pop(0)
        if not self.script:
            self.is_over.set()
        if isinstance(step, Exception):
            raise step
        self.calls.append(bytes(data[:step]))
        return len(self.calls[-1])

    @property
    def sent_bytes(self):
        return b"".join(self.calls)

    async def take(self, *steps):
        """Let the descriptor take more, as the loop finds it writable."""
        self.script += steps
        self.is_over.clear()
        await self.is_over.wait()


def test_the_marks_pause_and_resume_a_protocol_exactly(bed):
    async def main():
        stream = bed.keep(Scripted([]))
        recorder = bed.Recorder(stream)
        assert stream.write_nowait(bytes(HIGH_MARK)) == HIGH_MARK
        assert recorder.events == []
        stream.write_nowait(b"x")
        assert recorder.events == ["pause"]
        await stream.take(HIGH_MARK - LOW_MARK)
        assert stream.write_buffer_size == LOW_MARK + 1
        assert recorder.events == ["pause"]
        await stream.take(1)
        assert recorder.events == ["pause", "resume"]
        stream.write_nowait(bytes(HIGH_MARK))
        assert recorder.events == ["pause", "resume", "pause"]

    bed.run(main())


def test_nobody_is_told_to_pause_without_a_protocol(bed):
    async def main():
        stream = bed.keep(Scripted([]))
        stream.write_nowait(bytes(2 * HIGH_MARK))
        recorder = bed.Recorder(stream)
        stream.write_nowait(b"x")
        assert recorder.events == ["pause"]

    bed.run(main())


def test_a_protocol_that_was_taken_away_is_not_resumed(bed):
    async def main():
        stream = bed.keep(Scripted([]))
        recorder = bed.Recorder(stream)
        stream.write_nowait(bytes(2 * HIGH_MARK))
        stream.set_protocol(None)
        await stream.take(2 * HIGH_MARK)
        assert stream.write_buffer_size == 0
        assert recorder.events == ["pause"]

    bed.run(main())


def test_a_protocol_that_has_lent_its_input_is_not_resumed(bed):
    class Lending(bed.Recorder):
        def lend_input(self):
            return True

    async def main():
        stream = bed.keep(Scripted([]))
        recorder = Lending(stream)
        written = stream.write(bytes(2 * HIGH_MARK))
        reading = stream.read_bytes(1)
        await stream.take(2 * HIGH_MARK)
        assert await written is None
        assert recorder.events == ["pause"]
        assert not reading.done()
        stream.close()
        with pytest.raises(StreamClosedError):
            await reading

    bed.run(main())


def test_each_write_is_done_when_its_own_bytes_are_sent(bed):
    async def main():
        stream = bed.keep(Scripted([]))
        first, second = stream.write(b"a" * 10), stream.write(b"b" * 10)
        await stream.take(9)
        assert not first.done()
        await stream.take(1)
        assert first.done()
        assert not second.done()
        await stream.take(9)
        assert not second.done()
        await stream.take(1)
        assert second.done()
        assert stream.sent_bytes == b"a" * 10 + b"b" * 10

    bed.run(main())


@pytest.mark.parametrize("obstacle", [BlockingIOError(), InterruptedError(), 0])
def test_a_descriptor_that_takes_nothing_is_tried_again(bed, obstacle):
    async def main():
        stream = bed.keep(Scripted([obstacle]))
        written = stream.write(b"later")
        assert not written.done()
        await stream.take(5)
        assert await written is None
        assert stream.sent_bytes == b"later"

    bed.run(main())


def test_tiny_writes_are_joined_up_to_a_size(bed):
    async def main():
        stream = bed.keep(Scripted([]))
        for _ in range(4000):
            stream.write_nowait(bytes(50))
        await stream.take(*[10_000_000] * 3)
        assert stream.sent_bytes + bytes(stream.write_buffer_size) == bytes(200_000)
        assert max(map(len, stream.calls)) <= 65536 + 50
        assert min(map(len, stream.calls[1:])) >= 65536  # the first write went alone

    bed.run(main())


def test_a_file_waits_for_what_was_written_before_it(bed, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"of a file")

    async def main():
        stream = bed.keep(Scripted([]))
        stream.write_nowait(b"head ")
        with path.open("rb") as file:
            stream.sendfile_nowait(file, 0, 9)
            await stream.take(2, 100, 4, 100)
        assert stream.calls == [b"he", b"ad ", b"of a", b" file"]

    bed.run(main())


@pytest.mark.expected_errors("Write error")
def test_an_error_is_logged_and_kept_once(bed, caplog):
    async def main():
        error = OSError(errno.EIO, "broken")
        stream = bed.keep(Scripted([error]))
        written = stream.write(b"x")
        with pytest.raises(StreamClosedError) as caught:
            await written
        assert caught.value.real_error is error
        assert stream.closed()
        assert stream.write_buffer_size == 0

    bed.run(main())
    assert [record.getMessage().partition(" on ")[0] for record in caplog.records] == [
        "Write error"
    ]


def test_a_protocol_that_answers_while_its_stream_fails_is_told_of_it_once(bed, caplog):
    """What arrived before the error is delivered; writes of the protocol fail then as well."""

    class Answering(bed.Recorder):
        def data_received(self, data):
            super().data_received(data)
            self.stream.write_nowait(b"answer")

    class Failing(IOStream):
        attempts = 0

        def write_to_fd(self, data):
            self.attempts += 1
            raise OSError(errno.EIO, "broken")

    async def main():
        left, right = socket.socketpair()
        stream = bed.keep(Failing(left, max_write_buffer_size=100))
        recorder = Answering()
        recorder.stream = stream
        stream.set_protocol(recorder)
        right.sendall(b"question")
        stream.write_nowait(b"x")
        await recorder.lost.wait()
        assert recorder.events == ["data", "lost"]
        assert recorder.error.errno == errno.EIO
        right.close()

    bed.run(main())
    assert [record.getMessage().partition(" on ")[0] for record in caplog.records] == [
        "Write error"
    ]


def test_nothing_is_written_after_the_half_was_closed(bed):
    async def main():
        a, b = await bed.pair()
        a.write_nowait(bytes(3_000_000))
        a.write_eof()
        assert len(await b.read_until_close()) == 3_000_000
        with pytest.raises(StreamClosedError):
            a.write_nowait(b"x")
        assert not a.closed()
        assert a.error is None

    bed.run(main())


def test_a_protocol_may_close_when_it_is_resumed_at_the_end(bed):
    class Closing(bed.Recorder):
        def resume_writing(self):
            super().resume_writing()
            self.stream.close()

    async def main():
        stream = bed.keep(Scripted([]))
        shut = []
        stream._shut_down_writing = lambda: shut.append(1)
        recorder = Closing()
        recorder.stream = stream
        stream.set_protocol(recorder)
        stream.write_nowait(bytes(HIGH_MARK + 1))
        stream.write_eof()
        await stream.take(HIGH_MARK + 1)
        await recorder.lost.wait()
        assert recorder.events == ["pause", "resume", "lost"]
        assert shut == []

    bed.run(main())


def test_closing_lets_go_of_what_was_to_be_written_even_if_somebody_keeps_the_queue(bed):
    async def main():
        stream = bed.keep(Scripted([]))
        data = bytearray(5000)
        stream.write_nowait(data)
        queue = stream._write_buffer
        with pytest.raises(BufferError):
            data.clear()
        stream.close()
        data.clear()
        assert not queue

    bed.run(main())


def test_more_is_refused_after_a_write_has_failed(any_bed):
    async def main():
        a, b = await any_bed.pair()
        written = a.write(bytes(5_000_000))
        b.close()
        with pytest.raises(StreamClosedError):
            await written
        with pytest.raises(StreamClosedError):
            a.write_nowait(b"x")

    any_bed.run(main())


def test_what_is_written_before_a_handshake_does_not_leave_in_plain(bed):
    async def main():
        with socket.create_server(("127.0.0.1", 0)) as listener:
            stream = bed.keep(SSLIOStream(socket.socket(), ssl_options=bed.authority.client))
            connected = stream.connect(listener.getsockname(), server_hostname="localhost")
            accepted = listener.accept()[
                0
            ]  # the connection is there, and no turn of the loop is over
            stream.write(b"secret").cancel()
            await bed.soon()
            assert accepted.recv(65536)[:1] == b"\x16"  # a record of a handshake (RFC 8446 5.1)
            accepted.close()
        with pytest.raises((OSError, StreamClosedError)):
            await connected

    bed.run(main())


def test_a_kind_of_stream_has_to_say_how_it_writes(bed):
    async def main():
        left, right = socket.socketpair()
        stream = bed.keep(BaseIOStream())
        stream.fileno, stream.close_fd = left.fileno, left.close
        with pytest.raises(NotImplementedError):
            stream.write(b"x")
        right.close()

    bed.run(main())
