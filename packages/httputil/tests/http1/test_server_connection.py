"""The server's connection, state by state: what the delegate is told, and what the client receives."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from tornado.httputil import HTTPHeaders, HTTPInputError, HTTPOutputError, ResponseStartLine

GET = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
POST = b"POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"
OK = ResponseStartLine("", 200, "OK")


def bodies(data: bytes) -> list[bytes]:
    return [part.partition(b"\r\n\r\n")[2] for part in data.split(b"HTTP/1.1 200 OK")[1:]]


# Exactly one end for every message.


def test_a_connection_lost_between_requests_tells_the_server_alone(run, wire, application):
    app = application()

    async def scene():
        async with wire(app) as client:
            await client.send(GET)
            client.writer.close()
            await client.settle()

    run(scene())
    assert app.calls == [("head", "GET", "/a"), ("finish", b""), "closed"]


def test_a_connection_lost_within_a_head_tells_the_server_alone(run, wire, application):
    app = application()

    async def scene():
        async with wire(app) as client:
            await client.send(b"GET / HT")
            client.writer.transport.abort()
            await client.settle()

    run(scene())
    assert app.calls == ["closed"]


def test_a_connection_lost_within_a_body_ends_the_message(run, wire, application):
    app = application()

    async def scene():
        async with wire(app) as client:
            await client.send(POST + b"ab")
            client.writer.transport.abort()
            await client.settle()
            assert app.messages[0].connection.is_finished  # what it still writes is dropped
            app.messages[0].answer(b"late")

    run(scene())
    assert app.calls == [("head", "POST", "/p"), "lost", "closed"]


def test_a_connection_lost_within_a_response_calls_the_close_callback(
    run, wire, application, message
):
    class Slow(message):
        def finish(self):
            self.note("finish")
            self.connection.set_close_callback(lambda: self.note("callback"))

    app = application(Slow)

    async def scene():
        async with wire(app) as client:
            await client.send(GET)
            client.writer.close()
            await client.settle()
            connection = app.messages[0].connection
            assert connection.is_finished
            await asyncio.wait([asyncio.ensure_future(connection.write_headers(OK, HTTPHeaders()))])
            connection.finish()

    run(scene())
    assert app.calls == [("head", "GET", "/a"), "finish", "callback", "closed"]


def test_a_connection_lost_while_lingering_tells_the_message_once(run, wire, application):
    app = application()

    async def scene():
        async with wire(app, max_body_size=2) as client:
            await client.send(POST + b"abcd")
            assert (await client.read_some()).startswith(b"HTTP/1.1 413 ")
            client.writer.transport.abort()
            await client.settle()

    run(scene())
    assert app.calls == [("head", "POST", "/p"), "lost", "closed"]


def test_a_close_callback_that_comes_too_late_is_called_soon(run, wire, application):
    app = application()
    called = []

    async def scene():
        async with wire(app) as client:
            await client.send(POST)
            client.writer.transport.abort()
            await client.settle()
            app.messages[0].connection.set_close_callback(lambda: called.append(True))
            await client.settle()

    run(scene())
    assert called == [True]


def test_an_early_answer_ends_the_message_too(run, wire, application, message):
    class Early(message):
        def headers_received(self, start_line, headers):
            super().headers_received(start_line, headers)
            self.answer(b"early")

    app = application(Early)

    async def scene():
        async with wire(app) as client:
            await client.send(POST, b"abcd", GET)
            assert bodies(await client.read_some()) == [b"<early>", b"<early>"]

    run(scene())
    assert app.calls == [
        ("head", "POST", "/p"),
        "lost",
        ("head", "GET", "/a"),
        "lost",
        "closed",
    ]


# Errors of the application.


@pytest.mark.parametrize("where", ["headers_received", "data_received", "finish"])
def test_an_exception_of_the_delegate_is_logged_and_closes(
    run, wire, application, message, caplog, where
):
    def fail(self, *args):
        raise RuntimeError("a bug of the application")

    app = application(type("Failing", (message,), {where: fail}))

    async def scene():
        async with wire(app) as client:
            await client.send(POST + b"abcd")
            assert await client.read_all() == b""

    run(scene())
    assert app.calls.count("closed") == 1
    assert app.calls.count("lost") == (where != "finish")
    assert [record.exc_info[1].args for record in caplog.records] == [("a bug of the application",)]


@pytest.mark.parametrize("where", ["headers_received", "data_received"])
def test_an_exception_of_a_coroutine_of_the_delegate_is_logged_and_closes(
    run, wire, application, message, caplog, where
):
    async def fail(self, *args):
        await asyncio.sleep(0)
        raise RuntimeError("a bug of the application")

    app = application(type("Failing", (message,), {where: fail}))

    async def scene():
        async with wire(app) as client:
            await client.send(POST + b"abcd")
            assert await client.read_all() == b""

    run(scene())
    assert app.calls.count("closed") == 1
    assert app.calls.count("lost") == 1
    assert len(caplog.records) == 1


def test_an_input_error_of_the_delegate_is_answered_with_its_status(
    run, wire, application, message
):
    class Picky(message):
        async def data_received(self, chunk):
            raise HTTPInputError("too much for me", status=413)

    app = application(Picky)

    async def scene():
        async with wire(app) as client:
            await client.send(POST + b"abcd")
            assert (await client.read_some()).startswith(b"HTTP/1.1 413 ")

    run(scene())


def test_an_error_in_a_pipelined_request_does_not_reach_the_one_before_it(
    run, wire, application, message, caplog
):
    class Second(message):
        def headers_received(self, start_line, headers):
            if self.app.messages[1:]:
                raise RuntimeError("a bug in the second one")

        def finish(self):
            asyncio.get_running_loop().call_later(0.02, self.answer_first)

        def answer_first(self):
            self.answer(b"one")
            self.note("undisturbed")

    app = application(Second)

    async def scene():
        async with wire(app) as client:
            await client.send(GET + GET)
            assert bodies(await client.read_all()) == [b"<one>"]

    run(scene())
    assert "undisturbed" in app.calls
    assert len(caplog.records) == 1


# Back-pressure of the delegate.


def test_a_body_waits_for_the_delegate(run, wire, application, message):
    class Reader(message):
        async def headers_received(self, start_line, headers):
            self.note("begin")
            await asyncio.sleep(0.02)
            self.note("ready")

        async def data_received(self, chunk):
            self.note("chunk")
            await asyncio.sleep(0.02)
            self.body += chunk

    app = application(Reader)

    async def scene():
        async with wire(app) as client:
            await client.send(POST + b"a", b"b", b"cd" + LAST)
            assert bodies(await client.read_all()) == [b"<abcd>", b"<>"]

    run(scene())
    assert app.calls[:3] == ["begin", "ready", "chunk"]
    assert ("finish", b"abcd") in app.calls


def test_a_client_that_stops_sending_gets_the_answer_that_is_being_made(
    run, wire, application, message
):
    class Reader(message):
        async def data_received(self, chunk):
            await asyncio.sleep(0.02)
            self.body += chunk

    async def scene():
        async with wire(application(Reader)) as client:
            client.writer.write(POST + b"abcd")
            client.writer.write_eof()
            assert bodies(await client.read_all()) == [b"<abcd>"]

    run(scene())


def test_a_delegate_that_waits_is_not_told_anything_after_the_loss(run, wire, application, message):
    class Reader(message):
        async def data_received(self, chunk):
            self.note("begin")
            await asyncio.sleep(0.05)
            self.note("end")

    app = application(Reader)

    async def scene():
        async with wire(app) as client:
            await client.send(POST + b"ab")
            client.stream.close()
            await asyncio.sleep(0.1)

    run(scene())
    assert app.calls == [("head", "POST", "/p"), "begin", "lost", "closed", "end"]


def test_an_error_after_a_lost_connection_is_logged(run, wire, application, message, caplog):
    class Failing(message):
        async def data_received(self, chunk):
            await asyncio.sleep(0.05)
            raise RuntimeError("a bug that comes late")

    async def scene():
        async with wire(application(Failing)) as client:
            await client.send(POST + b"ab")
            client.stream.close()
            await asyncio.sleep(0.1)

    run(scene())
    assert [record.exc_info[1].args for record in caplog.records] == [("a bug that comes late",)]


# What goes out.


def test_s16_there_is_no_body_with_head_204_and_304(run, wire, application, message):
    class Coded(message):
        def finish(self):
            code = int(self.start_line.path[1:])
            self.connection.respond(code, "Reason", HTTPHeaders(), b"" if code != 200 else b"body")

    async def scene():
        async with wire(application(Coded)) as client:
            await client.send(
                b"HEAD /200 HTTP/1.1\r\nHost: x\r\n\r\n",
                b"GET /204 HTTP/1.1\r\nHost: x\r\n\r\n",
                b"GET /304 HTTP/1.1\r\nHost: x\r\n\r\n",
                b"HEAD /200 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            )
            data = await client.read_all()
            heads = data.split(b"\r\n\r\n")
            assert heads.pop() == b""
            assert [head.split(b" ")[1] for head in heads] == [b"200", b"204", b"304", b"200"]
            assert b"Content-Length: 4" in heads[0]
            assert b"Content-Length" not in heads[1]

    run(scene())


def test_s16_a_content_length_that_the_body_does_not_keep_is_an_error(
    run, wire, application, message
):
    seen = []

    class Wrong(message):
        def finish(self):
            length = HTTPHeaders({"Content-Length": "3"})
            self.connection.write_headers(OK, length)
            try:
                if self.start_line.path == "/long":
                    self.connection.write(b"12345")
                else:
                    self.connection.write(b"12")
                    self.connection.finish()
            except HTTPOutputError as error:
                seen.append("; ".join([str(error), *getattr(error, "__notes__", ())]))

    async def scene():
        for path in (b"/long", b"/short"):
            async with wire(application(Wrong)) as client:
                await client.send(b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % path)
                await client.read_all()

    run(scene())
    assert seen[0].startswith("Tried to write more data than Content-Length; 2 bytes too many")
    assert seen[1] == "Tried to write 1 bytes less than Content-Length"


@pytest.mark.parametrize("length", ["foo", "+10", "1_0", "10, 10", "-1"])
def test_a_wrong_length_is_the_mistake_of_the_application(
    run, wire, application, message, caplog, length
):
    class Wrong(message):
        def finish(self):
            self.connection.write_headers(OK, HTTPHeaders({"Content-Length": length}))

    async def scene():
        async with wire(application(Wrong)) as client:
            await client.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert await client.read_all() == b""

    run(scene())
    assert "Uncaught exception while a request was received" in caplog.text
    assert "Content-Length must be a number, not" in caplog.text


def test_early_hints_precede_the_answer_except_for_old_clients(run, wire, application, message):
    class Hinting(message):
        def finish(self):
            hints = HTTPHeaders({"Link": "</a.css>; rel=preload", "Content-Length": "7"})
            self.connection.write_headers(ResponseStartLine("", 103, "Early Hints"), hints)
            with pytest.raises(HTTPOutputError):
                self.connection.write_headers(ResponseStartLine("", 103, "X"), hints, b"body")
            self.answer(b"")

    async def scene():
        async with wire(application(Hinting)) as client:
            await client.send(LAST)
            hint, _, answer = (await client.read_all()).partition(b"\r\n\r\n")
            assert hint == b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload"
            assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        async with wire(application(Hinting)) as client:
            await client.send(b"GET / HTTP/1.0\r\n\r\n")
            assert (await client.read_all()).startswith(b"HTTP/1.1 200 OK\r\n")

    run(scene())


def test_s7_a_detached_stream_gets_every_byte_after_the_head_and_no_other(
    run, wire, application, message
):
    class Switching(message):
        def finish(self):
            upgrade = HTTPHeaders({"Upgrade": "echo", "Connection": "Upgrade"})
            self.connection.write_headers(ResponseStartLine("", 101, "Switching"), upgrade)
            self.app.stream = self.connection.detach()

    smuggled = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    for cut in (0, 1, 20):
        app = application(Switching)

        async def scene(app=app, cut=cut):
            async with wire(app) as client:
                await client.send(GET + smuggled[:cut], smuggled[cut:])
                assert await app.stream.read_bytes(len(smuggled)) == smuggled
                await client.server.close()  # the stream is somebody else's now
                assert not app.stream.closed()

        run(scene())
        assert [call for call in app.calls if call[0] == "head"] == [("head", "GET", "/a")]
        assert app.calls.count("closed") == 1


def test_trailers_are_there_at_the_end(run, wire, application):
    app = application()
    data = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 97\r\n\r\n"

    async def scene():
        async with wire(app) as client:
            await client.send(data)

    run(scene())
    assert dict(app.messages[0].connection.trailers) == {"X-Sum": "97"}


def test_a_draining_connection_says_so_and_closes(run, wire, application):
    async def scene():
        async with wire(application()) as client:
            await client.send(GET[:10])
            client.server.drain()
            await client.send(GET[10:])
            data = await client.read_all()
            assert b"Connection: close\r\n" in data
            assert bodies(data) == [b"<>"]
        async with wire(application()) as client:
            client.server.drain()
            assert await client.read_all() == b""

    run(scene())


def test_close_may_be_called_twice(run, wire, application):
    async def scene():
        async with wire(application()) as client:
            await client.send(GET)
            await asyncio.gather(client.server.close(), client.server.close())
            await client.server.close()

    run(scene())


# The same bytes, however they come.

CONVERSATIONS = {
    "two requests": GET + LAST,
    "a body and a request": POST + b"abcd" + LAST,
    "chunks with trailers": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"2;a=b\r\nab\r\n2\r\ncd\r\n0\r\nX-Sum: 1\r\n\r\n" + LAST,
    "an expectation": POST[:-2] + b"Expect: 100-continue\r\n\r\nabcd" + LAST,
    "HTTP/1.0": b"GET / HTTP/1.0\r\n\r\n",
    "two lengths": POST[:-2] + b"Content-Length: 5\r\n\r\nabcd" + LAST,
    "an error after a request": GET + b"BAD\r\n\r\n" + LAST,
    "a bad chunk": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n"
    + LAST,
}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_the_same_bytes_give_the_same_answer_however_they_are_cut(run, wire, application, name):
    data = CONVERSATIONS[name]
    pieces = [[data], [data[at : at + 1] for at in range(len(data))]]
    pieces += [[data[:at], data[at:]] for at in range(1, len(data), 3)]

    async def answer(parts):
        async with wire(application()) as client:
            for part in parts:
                client.writer.write(part)
                await asyncio.sleep(0)
                await asyncio.sleep(0)
            return await client.read_all()

    async def scene():
        return [await answer(parts) for parts in pieces]

    logging.disable(logging.INFO)
    try:
        answers = run(scene())
    finally:
        logging.disable(logging.NOTSET)
    assert answers[0]
    assert set(answers) == {answers[0]}


def test_an_exchange_tells_whether_there_can_be_another_one(run, wire, application):
    async def scene(no_keep_alive):
        async with wire(application(), no_keep_alive=no_keep_alive) as client:
            await client.send(GET)
            assert client.app.messages[0].connection.no_keep_alive is no_keep_alive

    for no_keep_alive in (True, False):
        run(scene(no_keep_alive))


@pytest.mark.parametrize("late", ["headers_received", "data_received", "finish"])
def test_s7_malformed_bytes_after_a_pending_request_are_refused_too(
    run, wire, application, message, late
):
    """Bytes that came while the delegate was busy are parsed where no stream takes the error."""

    class Busy(message):
        async def wait(self, *args):
            await asyncio.sleep(0.05)

        def answer_later(self):
            asyncio.get_running_loop().call_later(0.05, self.answer, b"first")

    setattr(Busy, late, Busy.answer_later if late == "finish" else Busy.wait)
    fields = b"\r\n" if late == "finish" else b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n"

    async def scene():
        async with wire(application(Busy)) as client:
            await client.send(b"POST / HTTP/1.1\r\nHost: x\r\n" + fields, b"\x00 no HTTP\r\n\r\n")
            assert b"HTTP/1.1 400 Bad Request" in await client.read_all()

    run(scene())


def test_a_delegate_that_is_cancelled_closes_and_is_no_error(
    application: Any, message: Any, wire: Any, run: Any, caplog: pytest.LogCaptureFixture
) -> None:
    class Cancelled(message):  # type: ignore[misc]  # a fixture gives the class
        def data_received(self, chunk: bytes) -> Any:
            task = asyncio.ensure_future(asyncio.sleep(60))
            asyncio.get_running_loop().call_soon(task.cancel)
            return task

    async def scene() -> bytes:
        app = application(Cancelled)
        async with wire(app) as client:
            await client.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
            data: bytes = await client.read_all()
            assert app.calls == [("head", "POST", "/"), "lost", "closed"]
            return data

    assert run(scene()) == b""
    assert caplog.records == []
