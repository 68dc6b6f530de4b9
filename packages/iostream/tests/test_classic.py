"""The callback forms of Tornado 2, and where their exceptions go."""

import asyncio
import logging
import socket
import ssl

import pytest

from tornado.ioloop import IOLoop
from tornado.iostream import IOStream, SSLIOStream, StreamClosedError, UnsatisfiableReadError
from tornado.netutil import TCPServer, bind_sockets
from tornado.stack_context import ExceptionStackContext


@pytest.mark.parametrize(
    ("read", "result"),
    [
        (lambda s, cb: s.read_until(b"\n", cb), b"line\n"),
        (lambda s, cb: s.read_until(b"\n", callback=cb), b"line\n"),
        (lambda s, cb: s.read_until(b"\n", 100, callback=cb), b"line\n"),
        (lambda s, cb: s.read_until_regex(b"i.", cb), b"lin"),
        (lambda s, cb: s.read_until_regex(b"i.", callback=cb), b"lin"),
        (lambda s, cb: s.read_bytes(3, cb), b"lin"),
        (lambda s, cb: s.read_bytes(3, callback=cb), b"lin"),
        (lambda s, cb: s.read_until_close(cb), b"line\nrest"),
        (lambda s, cb: s.read_until_close(callback=cb), b"line\nrest"),
    ],
)
def test_a_read_with_a_callback_returns_none_and_calls_it_later(bed, read, result):
    async def main():
        a, b = await bed.pair()
        got = asyncio.get_running_loop().create_future()
        await b.write(b"line\nrest")
        b.close()
        await bed.soon()
        assert read(a, got.set_result) is None
        assert not got.done()
        assert await got == result

    bed.run(main())


def test_streaming_callbacks_get_the_pieces_and_the_last_callback_nothing(bed):
    async def main():
        a, b = await bed.pair()
        done = asyncio.get_running_loop().create_future()
        pieces = []
        a.read_bytes(100_000, done.set_result, streaming_callback=pieces.append)
        await b.write(bytes(100_000) + b"rest")
        assert await done == b""
        assert b"".join(pieces) == bytes(100_000)
        done = asyncio.get_running_loop().create_future()
        pieces.clear()
        a.read_until_close(done.set_result, pieces.append)
        b.close()
        assert await done == b""
        assert b"".join(pieces) == b"rest"

    bed.run(main())


def test_the_end_of_pieces_comes_before_the_close_callback(bed):
    async def main():
        a, b = await bed.pair()
        calls = []
        a.read_until_close(calls.append, streaming_callback=calls.append)
        a.set_close_callback(lambda: calls.append("closed"))
        await b.write(b"data")
        b.close()
        await bed.soon()
        assert calls == [b"data", b"", "closed"]

    bed.run(main())


def test_pieces_that_end_too_early_call_only_the_close_callback(bed):
    async def main():
        a, b = await bed.pair()
        calls = []
        a.read_bytes(100, calls.append, streaming_callback=calls.append)
        a.set_close_callback(lambda: calls.append("closed"))
        await b.write(b"data")
        b.close()
        await bed.soon()
        assert calls == [b"data", "closed"]

    bed.run(main())


def test_a_read_in_pieces_is_pending_at_once(bed):
    async def main():
        a, b = await bed.pair()
        calls = []
        a.read_bytes(3, calls.append, streaming_callback=calls.append)
        assert a.reading()
        with pytest.raises(RuntimeError, match="Already reading"):
            a.read_bytes(1, calls.append, streaming_callback=calls.append)
        await b.write(b"abc")
        await bed.soon()
        assert calls == [b"abc", b""]
        assert not a.closed()

    bed.run(main())


def test_no_bytes_in_pieces_are_nothing(bed):
    async def main():
        a, _ = await bed.pair()
        calls = []
        a.read_bytes(0, calls.append, streaming_callback=calls.append)
        await bed.soon()
        assert calls == [b""]

    bed.run(main())


def test_a_closed_stream_that_a_streaming_callback_meets_is_its_own_error(bed, caplog):
    async def main():
        a, b = await bed.pair()
        c, _ = await bed.pair()
        c.close()
        calls = []
        a.read_until_close(calls.append, streaming_callback=c.write)
        await b.write(b"data")
        await bed.soon()
        assert calls == []
        assert a.closed()
        assert "StreamClosedError" in caplog.text

    bed.run(main())


def test_write_and_connect_call_back_without_arguments(bed):
    async def main():
        with socket.create_server(("127.0.0.1", 0)) as listener:
            a = bed.keep(IOStream(socket.socket(), IOLoop.current()))
            connected, written = asyncio.Event(), asyncio.Event()
            assert a.connect(listener.getsockname(), connected.set) is None
            await connected.wait()
            assert a.write(b"x", written.set) is None
            await written.wait()
            b = bed.keep(IOStream(socket.socket(), io_loop=IOLoop.current()))
            connected = asyncio.Event()
            b.connect(listener.getsockname(), callback=connected.set)
            await connected.wait()

    bed.run(main())


def test_a_stream_that_closes_first_calls_only_its_close_callback(bed):
    async def main():
        a, b = await bed.pair()
        calls = []
        a.read_until(b"\n", calls.append)
        a.set_close_callback(lambda: calls.append("closed"))
        b.close()
        await bed.soon()
        assert calls == ["closed"]
        c = bed.keep(IOStream(socket.socket()))
        c.set_close_callback(lambda: calls.append("refused"))
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            c.connect(unused.getsockname(), lambda: calls.append("connected"))
            await bed.soon()
        assert calls == ["closed", "refused"]

    bed.run(main())


def test_the_last_bytes_are_delivered_before_the_close_callback(bed):
    async def main():
        a, b = await bed.pair()
        calls = []
        a.read_until_close(calls.append)
        a.set_close_callback(lambda: calls.append("closed"))
        await b.write(b"data")
        b.close()
        await bed.soon()
        assert calls == [b"data", "closed"]

    bed.run(main())


def test_an_exception_in_a_callback_finds_its_context_and_closes_the_stream(bed):
    async def main():
        a, b = await bed.pair()
        failed = asyncio.get_running_loop().create_future()

        def catch(typ, value, traceback):
            failed.set_result(value)
            return True

        with ExceptionStackContext(catch):
            a.read_until(b"\n", lambda data: 1 / 0)
        await b.write(b"line\n")
        assert isinstance(await failed, ZeroDivisionError)
        assert a.closed()
        assert isinstance(a.error, ZeroDivisionError)

    bed.run(main())


def test_an_exception_that_nobody_answers_for_is_logged(bed, caplog):
    async def main():
        a, b = await bed.pair()
        a.read_bytes(1, lambda data: 1 / 0)
        await b.write(b"x")
        await bed.soon()
        assert a.closed()
        assert [r.exc_info[0] for r in caplog.records if r.exc_info] == [ZeroDivisionError]
        assert caplog.records[0].levelno == logging.ERROR

    bed.run(main())


def test_an_exception_in_a_streaming_callback_closes_the_stream(bed, caplog):
    async def main():
        a, b = await bed.pair()
        calls = []
        a.read_bytes(10, calls.append, lambda piece: 1 / 0)
        await b.write(b"x")
        await bed.soon()
        assert a.closed()
        assert calls == []
        assert "ZeroDivisionError" in caplog.text

    bed.run(main())


def test_a_whole_conversation_of_callbacks_with_the_classic_server(loop_name):
    """Run on a loop that is started by hand, as programs of that time do."""
    lines = []

    class Upper(TCPServer):
        def handle_stream(self, stream, address):
            def on_line(line):
                stream.write(line.upper(), lambda: stream.read_until(b"\n", on_line))

            stream.read_until(b"\n", on_line)

    loop = IOLoop()
    try:
        server = Upper(io_loop=loop)
        [listener] = bind_sockets(0, "127.0.0.1")
        server.add_sockets([listener])
        client = IOStream(socket.socket(), loop)

        def on_connect():
            client.write(b"hello\nworld\n")
            client.read_until(b"\n", on_first)

        def on_first(line):
            lines.append(line)
            client.read_until(b"\n", on_second)

        def on_second(line):
            lines.append(line)
            client.set_close_callback(loop.stop)
            client.close()

        client.connect(listener.getsockname(), on_connect)
        loop.start()
        assert lines == [b"HELLO\n", b"WORLD\n"]
        server.stop()
        loop.call_later(0.02, loop.stop)
        loop.start()
    finally:
        loop.close()
        IOLoop.clear_current()


@pytest.mark.parametrize(
    ("read", "result"),
    [
        (lambda s, cb: s.read_until(b"\n", cb, 100), b"line\n"),
        (lambda s, cb: s.read_until_regex(b"i.", cb, 100), b"lin"),
        (lambda s, cb: s.read_bytes(100, cb, None, True), b"line\nrest"),
        (lambda s, cb: s.read_bytes(100, callback=cb, partial=True), b"line\nrest"),
        (lambda s, cb: s.read_bytes(3, cb, None, False), b"lin"),
        (lambda s, cb: s.read_into(bytearray(3), cb), 3),
        (lambda s, cb: s.read_into(bytearray(100), cb, True), 9),
        (lambda s, cb: s.read_into(bytearray(100), callback=cb, partial=True), 9),
    ],
)
def test_arguments_in_the_order_of_4_x_hand_the_result_to_the_callback(bed, read, result):
    async def main():
        a, b = await bed.pair()
        got = asyncio.get_running_loop().create_future()
        await b.write(b"line\nrest")
        await bed.soon()
        assert read(a, got.set_result) is None
        assert await got == result

    bed.run(main())


@pytest.mark.parametrize(
    ("read", "result"),
    [
        (lambda s: s.read_until(b"\n", None, 100), b"line\n"),
        (lambda s: s.read_until_regex(b"i.", None, 100), b"lin"),
        (lambda s: s.read_bytes(100, None, None, True), b"line\nrest"),
        (lambda s: s.read_bytes(3, None), b"lin"),
        (lambda s: s.read_into(bytearray(100), None, True), 9),
    ],
)
def test_arguments_in_the_order_of_4_x_with_none_for_the_callback_give_a_future(bed, read, result):
    async def main():
        a, b = await bed.pair()
        await b.write(b"line\nrest")
        await bed.soon()
        assert await read(a) == result

    bed.run(main())


@pytest.mark.parametrize(
    "read", [lambda s: s.read_until(b"\n", None, 4), lambda s: s.read_until(b"\n", print, 4)]
)
def test_max_bytes_in_the_order_of_4_x_is_a_limit(bed, read):
    async def main():
        a, b = await bed.pair()
        await b.write(b"a longer line\n")
        pending = read(a)
        if pending is not None:
            with pytest.raises(StreamClosedError):
                await pending
        await bed.soon()
        assert isinstance(a.error, UnsatisfiableReadError)

    bed.run(main())


def test_a_streaming_callback_alone_leaves_a_future_for_the_end(bed):
    async def main():
        a, b = await bed.pair()
        pieces = []
        reading = a.read_bytes(100_000, streaming_callback=pieces.append)
        await b.write(bytes(100_000) + b"rest")
        assert await reading == b""
        assert b"".join(pieces) == bytes(100_000)
        pieces.clear()
        reading = a.read_until_close(streaming_callback=pieces.append)
        b.close()
        assert await reading == b""
        assert b"".join(pieces) == b"rest"

    bed.run(main())


def test_a_future_for_the_end_of_pieces_fails_with_the_stream(bed):
    async def main():
        a, b = await bed.pair()
        reading = a.read_bytes(100, streaming_callback=print)
        b.close()
        with pytest.raises(StreamClosedError):
            await reading
        a, b = await bed.pair()
        reading = a.read_bytes(100, streaming_callback=lambda piece: 1 / 0)
        await b.write(b"piece")
        with pytest.raises(StreamClosedError) as caught:
            await reading
        assert isinstance(caught.value.real_error, ZeroDivisionError)

    bed.run(main())


def test_connect_takes_the_host_name_after_the_callback(bed, authority):
    async def main():
        (listener,) = bind_sockets(0, "127.0.0.1", family=socket.AF_INET)

        class Server(TCPServer):
            def handle_stream(self, stream, address):
                stream.write(b"secret\n", stream.close)

        server = Server(ssl_options=authority.server)
        server.add_sockets([listener])
        for callback in (True, False):
            stream = SSLIOStream(socket.socket(), ssl_options=authority.client)
            connected = asyncio.get_running_loop().create_future()
            if callback:
                done = lambda connected=connected: connected.set_result(None)  # noqa: E731 - a value
                assert stream.connect(listener.getsockname(), done, "localhost") is None
                await connected
            else:
                await stream.connect(listener.getsockname(), None, "localhost")
            assert await stream.read_until(b"\n") == b"secret\n"
            shaken = asyncio.get_running_loop().create_future()
            stream.wait_for_handshake(lambda shaken=shaken: shaken.set_result(None))
            await shaken
            stream.close()
        stream = SSLIOStream(socket.socket(), ssl_options=authority.client)
        with pytest.raises(ssl.SSLCertVerificationError):
            await stream.connect(listener.getsockname(), None, "other.example")
        server.stop()

    bed.run(main())
