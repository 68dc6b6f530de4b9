"""Handlers, as a client sees them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import queue
from contextvars import ContextVar

import pytest

from tornado import gen
from tornado.web import observe_exceptions
from tornado.websocket import WebSocketClosedError, WebSocketHandler, broadcast
from tornado.websocket.protocol import Close, DeflateSettings, Ping, Pong


class Echo(WebSocketHandler):
    def on_message(self, message):
        self.write_message(message, isinstance(message, bytes))


def test_messages_come_back(site):
    peer = site(Echo).connect()
    for message in ("Hello, Wörld", b"\x00\xff", "", b"", "x" * 70_000, bytes(70_000)):
        peer.send(message)
        assert peer.receive() == message


def test_many_messages_at_once_come_back_in_their_order(site):
    peer = site(Echo).connect()
    messages = [f"message {number}" for number in range(1000)]
    peer.send(*messages)
    assert [peer.receive() for _ in messages] == messages


def test_messages_that_come_with_the_close_frame_are_answered_before_it(site, caplog):
    peer = site(Echo).connect()
    frames = b"".join(map(peer.connection.send_text, ("one", "two")))
    peer.send_raw(frames + peer.connection.close(1000, "enough"))
    assert [peer.receive() for _ in range(3)] == ["one", "two", Close(1000, "")]
    assert "Uncaught" not in caplog.text


def test_an_exception_of_on_close_is_logged_and_shown_to_observers(site, caplog):
    seen = queue.Queue()

    class Handler(WebSocketHandler):
        def on_close(self):
            raise LookupError("in on_close")

    with observe_exceptions(lambda handler, error: seen.put((type(handler), str(error)))):
        running = site(Handler)
        peer = running.connect()
        peer.close()
        assert peer.receive() == Close(None, None)
        assert seen.get(timeout=10) == (Handler, "in on_close")
        running.call(int)  # the callback that logs it is over
    assert "in on_close" in caplog.text


def test_a_dictionary_is_sent_as_json(site):
    class Handler(WebSocketHandler):
        def open(self):
            self.write_message({"answer": 42})

    peer = site(Handler).connect()
    assert json.loads(peer.receive()) == {"answer": 42}


def test_bytes_are_text_unless_they_are_said_to_be_binary(site):
    class Handler(WebSocketHandler):
        def open(self):
            self.write_message("ä".encode())
            self.write_message("ä".encode(), binary=True)
            self.write_message("ä", binary=True)

    peer = site(Handler).connect()
    assert [peer.receive() for _ in range(3)] == ["ä", "ä".encode(), "ä".encode()]


def test_what_is_no_message_is_an_error_and_sends_nothing(site):
    errors = queue.Queue()

    class Handler(WebSocketHandler):
        def open(self):
            for wrong in (5, None, ["x"], 1.5):
                try:
                    self.write_message(wrong)
                except TypeError as error:
                    errors.put(str(error))
            self.write_message("end")

    peer = site(Handler).connect()
    assert peer.receive() == "end"
    assert [errors.get(timeout=10) for _ in range(4)] == [
        f"a message is str or bytes, not {name}" for name in ("int", "NoneType", "list", "float")
    ]


# The opening handshake.


def test_open_gets_the_groups_of_the_path(site):
    class Handler(WebSocketHandler):
        def initialize(self, greeting):
            self.greeting = greeting

        def open(self, room, user=None):
            self.write_message(f"{self.greeting} {room} {user} {self.get_argument('q')}")

    application = site([(r"/(\w+)", Handler, {"greeting": "hello"})])
    assert application.connect("/kitchen?q=1").receive() == "hello kitchen None 1"


@pytest.mark.parametrize(
    ("headers", "status", "text"),
    [
        ({"Upgrade": "h2c"}, 400, 'Can "Upgrade" only to "WebSocket".'),
        ({"Connection": "keep-alive"}, 400, '"Connection" must be "Upgrade".'),
        ({"Sec-WebSocket-Key": "short"}, 400, "Sec-WebSocket-Key has to be 16 bytes in base64"),
        ({"Sec-WebSocket-Version": "8"}, 426, "Sec-WebSocket-Version has to be 13"),
        ({"Sec-WebSocket-Extensions": ";"}, 400, "Sec-WebSocket-Extensions is malformed: ';'"),
    ],
)
def test_requests_that_are_not_opening_handshakes(site, headers, status, text):
    class Handler(Echo):
        def get_compression_options(self):
            return {}

    peer = site(Handler).connect(headers=headers)
    assert (peer.status, peer.body.decode()) == (status, text)
    assert ("Sec-WebSocket-Version" in peer.fields) == (status == 426)


def test_several_tokens_in_the_fields_of_a_handshake(site):
    peer = site(Echo).connect(
        headers={"Connection": "keep-alive, Upgrade", "Upgrade": "h2c, WebSocket"}
    )
    peer.send("hello")
    assert peer.receive() == "hello"


@pytest.mark.parametrize(
    ("headers", "is_allowed"),
    [
        ({}, True),
        ({"Origin": "http://{host}"}, True),
        ({"Origin": "https://{host}"}, True),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "http://{host}.evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://["}, False),
        ({"Origin": "http://trusted.example"}, True),
        ({"Sec-Websocket-Origin": "http://evil.example"}, False),
        ({"Origin": "http://other.example", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": "http://trusted.example", "Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
    ],
)
def test_s21_pages_of_other_origins(site, headers, is_allowed):
    application = site(Echo, trusted_origins=["http://trusted.example"])
    host = f"127.0.0.1:{application.port}"
    peer = application.connect(
        headers={name: value.format(host=host) for name, value in headers.items()}
    )
    assert peer.status == (101 if is_allowed else 403)


def test_a_handler_may_allow_other_origins(site):
    class Handler(Echo):
        def check_origin(self, origin):
            return origin.endswith(".example.com")

    application = site(Handler)
    assert application.connect(headers={"Origin": "https://a.example.com"}).status == 101
    assert application.connect(headers={"Origin": "https://a.example.org"}).status == 403


def test_a_subprotocol_is_chosen(site):
    class Handler(WebSocketHandler):
        def select_subprotocol(self, subprotocols):
            self.asked = subprotocols
            return "b" if "b" in subprotocols else None

        def open(self):
            self.write_message(f"{self.asked} {self.selected_subprotocol}")

    application = site(Handler)
    peer = application.connect(subprotocols=("a", "b"))
    assert peer.subprotocol == "b"
    assert peer.receive() == "['a', 'b'] b"
    peer = application.connect()
    assert peer.subprotocol is None
    assert peer.receive() == "[] None"


def test_an_exception_in_open_closes_the_connection_and_is_logged_once(site, caplog):
    class Handler(WebSocketHandler):
        def open(self):
            raise ValueError("nothing works")

    peer = site(Handler).connect()
    assert peer.receive() is None
    records = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [str(record.exc_info[1]) for record in records] == ["nothing works"]


def test_messages_wait_until_open_has_returned(site):
    class Handler(WebSocketHandler):
        async def open(self):
            self.write_message("opening")
            await asyncio.sleep(0.05)
            self.write_message("open")

        def on_message(self, message):
            self.write_message(message)

    peer = site(Handler).connect()
    peer.send("first", "second")
    assert [peer.receive() for _ in range(4)] == ["opening", "open", "first", "second"]


# Handlers that wait.


@pytest.mark.parametrize("kind", ["async", "gen.coroutine", "future"])
def test_the_next_message_waits_for_the_handler(site, kind):
    async def work(handler, message):
        handler.write_message(f"begin {message}")
        await asyncio.sleep(0.01)
        handler.write_message(f"end {message}")

    class Async(WebSocketHandler):
        async def on_message(self, message):
            await work(self, message)

    class Coroutine(WebSocketHandler):
        @gen.coroutine
        def on_message(self, message):
            yield work(self, message)

    class ReturnsFuture(WebSocketHandler):
        def on_message(self, message):
            return asyncio.ensure_future(work(self, message))

    handler = {"async": Async, "gen.coroutine": Coroutine, "future": ReturnsFuture}[kind]
    peer = site(handler).connect()
    peer.send("1", "2", "3")
    peer.send("4")
    expected = [f"{word} {number}" for number in range(1, 5) for word in ("begin", "end")]
    assert [peer.receive() for _ in expected] == expected


def test_an_exception_in_on_message_closes_the_connection_and_is_logged_once(site, caplog):
    closed = queue.Queue()

    class Handler(WebSocketHandler):
        def on_message(self, message):
            raise ValueError(message)

        def on_close(self):
            closed.put(self.close_code)

    class Waiting(Handler):
        async def on_message(self, message):
            await asyncio.sleep(0)
            raise ValueError(message)

    application = site([("/", Handler), ("/waiting", Waiting)])
    for path in ("/", "/waiting"):
        caplog.clear()
        peer = application.connect(path)
        peer.send("oops")
        assert peer.receive() is None
        assert closed.get(timeout=10) is None
        records = [record for record in caplog.records if record.levelno >= logging.ERROR]
        assert [str(record.exc_info[1]) for record in records] == ["oops"]


def test_context_variables_of_open_are_seen_by_the_other_methods(site):
    user = ContextVar("user", default="nobody")

    class Handler(WebSocketHandler):
        def prepare(self):
            user.set(self.get_argument("user"))

        def on_message(self, message):
            self.write_message(user.get())

    application = site(Handler)
    peers = [application.connect(f"/?user={name}") for name in ("ann", "bob")]
    for _ in range(2):
        for peer, name in zip(peers, ("ann", "bob"), strict=True):
            peer.send("who?")
            assert peer.receive() == name


# One message after the other.


def test_messages_are_iterated_over(site):
    ended = queue.Queue()

    class Handler(WebSocketHandler):
        async def open(self):
            async for message in self.messages():
                await self.write_message(f"got {message}")
            ended.put(self.close_code)

    peer = site(Handler).connect()
    peer.send("1", "2")
    peer.send("3")
    assert [peer.receive() for _ in range(3)] == ["got 1", "got 2", "got 3"]
    peer.close(3001, "enough")
    assert ended.get(timeout=10) == 3001


def test_s21_what_comes_too_fast_is_not_read(site):
    class Handler(WebSocketHandler):
        async def open(self):
            self.go_on = asyncio.Event()
            handlers.put(self)
            messages = self.messages()
            await self.go_on.wait()
            async for message in messages:
                self.write_message(str(len(message)))

    handlers = queue.Queue()
    application = site(Handler, websocket_max_waiting_messages=4)
    peer = application.connect()
    handler = handlers.get(timeout=10)
    peer.socket.settimeout(0.5)
    sent = 0
    with contextlib.suppress(TimeoutError):  # the buffers of the system are full at some time
        while sent < 1000:
            peer.send(bytes(100_000))
            sent += 1
    peer.socket.settimeout(10)
    assert 4 < sent < 1000
    application.call(handler.go_on.set)
    for _ in range(sent):
        assert peer.receive() == "100000"


# Control frames.


def test_pings_are_answered_and_seen(site):
    seen = queue.Queue()

    class Handler(Echo):
        def on_ping(self, data):
            seen.put(data)

    peer = site(Handler).connect()
    peer.send_raw(peer.connection.send_ping(b"are you there?"))
    assert peer.receive() == Pong(b"are you there?")
    assert seen.get(timeout=10) == b"are you there?"


def test_s9_of_many_pings_the_newest_is_answered(site):
    seen = queue.Queue()

    class Handler(Echo):
        def on_ping(self, data):
            seen.put(data)

    peer = site(Handler).connect()
    pings = [b"%d" % number for number in range(50)]
    peer.send_raw(b"".join(peer.connection.send_ping(data) for data in pings))
    answers = []
    while not answers or answers[-1] != Pong(b"49"):
        answers.append(peer.receive())
    assert len(answers) < 50
    assert [seen.get(timeout=10) for _ in pings] == pings


def test_a_handler_pings_its_client(site):
    pongs = queue.Queue()

    class Handler(WebSocketHandler):
        def open(self):
            self.ping("text")
            self.ping(b"bytes")

        def on_pong(self, data):
            pongs.put(data)

    peer = site(Handler).connect()
    for data in (b"text", b"bytes"):
        assert peer.receive() == Ping(data)
        peer.send_raw(peer.connection.sender.pong(data))
        assert pongs.get(timeout=10) == data


# The end.


class Recording(Echo):
    """Keeps how the connection ended, and what could be done afterwards."""

    def initialize(self, ended):
        self.ended = ended

    def on_close(self):
        try:
            self.write_message("too late")
        except WebSocketClosedError:
            self.ended.put((self.close_code, self.close_reason))
        self.close()


@pytest.fixture
def ended():
    return queue.Queue()


def test_a_client_that_closes(site, ended):
    application = site([("/", Recording, {"ended": ended})])
    for code, reason, seen in [
        (1000, "done", (1000, "done")),
        (3999, None, (3999, "")),
        (None, None, (None, None)),
    ]:
        peer = application.connect()
        peer.close(code, reason)
        assert peer.receive() == Close(code, None if code is None else "")
        assert peer.receive() is None
        assert ended.get(timeout=10) == seen
    assert ended.empty()


def test_a_client_that_vanishes(site, ended):
    peer = site([("/", Recording, {"ended": ended})]).connect()
    peer.drop()
    assert ended.get(timeout=10) == (None, None)


def test_a_handler_that_closes(site, ended):
    class Handler(Recording):
        def on_message(self, message):
            self.close(4000, "that is enough")
            with pytest.raises(WebSocketClosedError):
                self.write_message("too late")

    peer = site([("/", Handler, {"ended": ended})]).connect()
    peer.send("x")
    assert peer.receive() == Close(4000, "that is enough")
    peer.send_raw(peer.connection.take_answers())
    assert peer.receive() is None
    assert ended.get(timeout=10) == (4000, "")


def test_a_client_that_does_not_answer_a_close_frame(site, ended):
    class Handler(Recording):
        def open(self):
            self.close()

    application = site([("/", Handler, {"ended": ended})], websocket_close_timeout=0.05)
    peer = application.connect()
    assert peer.receive() == Close(None, None)
    assert peer.receive() is None
    assert ended.get(timeout=10) == (None, None)


def test_messages_that_a_client_sends_after_our_close_frame_are_received(site, ended):
    class Handler(Recording):
        def open(self):
            self.close(1001)

        def on_message(self, message):
            ended.put(message)

    peer = site([("/", Handler, {"ended": ended})]).connect()
    peer.send_raw(peer.connection.sender.text("still on its way"))
    assert peer.receive() == Close(1001, "")
    assert ended.get(timeout=10) == "still on its way"


@pytest.mark.parametrize(
    ("code", "reason"), [(1005, None), (1006, None), (999, None), (70_000, None), (1000, "x" * 124)]
)
def test_close_frames_that_cannot_be_sent(site, code, reason):
    errors = queue.Queue()

    class Handler(WebSocketHandler):
        def open(self):
            try:
                self.close(code, reason)
            except ValueError as error:
                errors.put(error)
            self.close()

    peer = site(Handler).connect()
    assert peer.receive() == Close(None, None)
    assert errors.get(timeout=10)


@pytest.mark.parametrize(
    ("data", "code", "reason"),
    [
        (b"\x81\x01x", 1002, "a frame of a client is not masked"),
        (
            b"\x81\x81\x00\x00\x00\x00\xff",
            1007,
            "a text message is not UTF-8: invalid start byte",
        ),
        (b"\x81\xff\x00\x00\x00\xff\x00\x00\x00\x00", 1009, "message too big"),
    ],
)
def test_s21_a_client_that_breaks_the_protocol_hears_why(site, ended, data, code, reason):
    peer = site([("/", Recording, {"ended": ended})]).connect()
    peer.send("first")
    peer.send_raw(data)
    assert peer.receive() == "first"
    assert peer.receive() == Close(code, reason)
    assert peer.receive() is None
    assert ended.get(timeout=10) == (None, None)


# Compression.


def test_messages_are_compressed_where_both_sides_want_it(site):
    class Handler(Echo):
        def get_compression_options(self):
            return {"compression_level": 9}

    application = site(Handler)
    peer = application.connect(deflate=DeflateSettings())
    assert peer.agreement is not None
    for message in ("a b c " * 1000, bytes(5000), "short", ""):
        peer.send(message)
        assert peer.receive() == message
    assert application.connect().fields.get("Sec-WebSocket-Extensions") is None


def test_s21_no_extension_is_answered_that_the_handler_does_not_want(site):
    peer = site(Echo).connect(deflate=DeflateSettings())
    assert peer.agreement is None
    assert "Sec-WebSocket-Extensions" not in peer.fields


def test_an_unknown_compression_option_is_an_error(site, caplog):
    class Handler(Echo):
        def get_compression_options(self):
            return {"compresion_level": 9}

    assert site(Handler).connect(deflate=DeflateSettings()).status == 500
    assert "'compresion_level'" in caplog.text


# One message for many.


def test_a_broadcast_reaches_every_open_connection(site):
    handlers = queue.Queue()

    class Handler(Echo):
        def open(self):
            handlers.put(self)

        def get_compression_options(self):
            return {} if self.get_argument("deflate", "") else None

    application = site(Handler)
    settings = [None, DeflateSettings(), None, DeflateSettings()]
    peers = [
        application.connect("/?deflate=1" if deflate else "/", deflate=deflate)
        for deflate in settings
    ]
    receivers = [handlers.get(timeout=10) for _ in peers]
    peers[0].close()
    assert peers[0].receive() == Close(None, None)
    assert peers[0].receive() is None
    assert application.call(broadcast, receivers, {"news": "x" * 100}) == 3
    for peer in peers[1:]:
        assert json.loads(peer.receive()) == {"news": "x" * 100}
    assert application.call(broadcast, receivers, b"123", True) == 3
    for peer in peers[1:]:
        assert peer.receive() == b"123"
