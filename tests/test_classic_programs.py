"""Programs as they were written from 2010 to 2017: callbacks, generators, and the loop everywhere."""

# ruff: noqa: PERF401 - written as people wrote it then

from __future__ import annotations

import collections
import html.parser
import socket
import time
import urllib.parse
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from classic_servers import bound, serve

import tornado.escape
import tornado.gen
import tornado.httpclient
import tornado.httpserver
import tornado.ioloop
import tornado.iostream
import tornado.netutil
import tornado.process
import tornado.queues
import tornado.stack_context
import tornado.web

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def io_loop() -> Iterator[tornado.ioloop.IOLoop]:
    """The loop that a program made for itself and passes to everything; another one is current."""
    current = tornado.ioloop.IOLoop()
    loop = tornado.ioloop.IOLoop(make_current=False)
    yield loop
    loop.close(all_fds=True)
    current.close()


def start(loop: tornado.ioloop.IOLoop) -> None:
    """Run until the program stops its loop; a program that hangs fails."""
    late: list[bool] = []
    deadline = loop.add_timeout(timedelta(seconds=30), lambda: (late.append(True), loop.stop()))
    loop.start()
    loop.remove_timeout(deadline)
    assert not late, "the program did not come to its end"


# -- 2.x: the chat demo, with handlers that wait for messages ----------------------------------


class Room:
    """The messages so far, and the listeners that wait for the next one."""

    def __init__(self):
        self.said = []
        self.listeners = []

    def say(self, text):
        self.said.append(text)
        listeners, self.listeners = self.listeners, []
        for listener in listeners:
            listener(len(self.said) - 1)

    def listen(self, position, listener):
        if position < len(self.said):
            listener(position)
        else:
            self.listeners.append(listener)


class SayHandler(tornado.web.RequestHandler):
    def post(self):
        self.settings["room"].say(self.get_argument("text"))


class HearHandler(tornado.web.RequestHandler):
    @tornado.web.asynchronous
    def get(self):
        self.listener = self.async_callback(self.on_text)
        self.settings["room"].listen(int(self.get_argument("from")), self.listener)

    def on_text(self, position):
        texts = self.settings["room"].said[position:]
        self.finish({"texts": texts, "next": position + len(texts)})

    def on_connection_close(self):
        listeners = self.settings["room"].listeners
        if self.listener in listeners:
            listeners.remove(self.listener)


def test_a_chat_with_long_polling_runs_on_a_loop_of_its_own(io_loop):
    room = Room()
    application = tornado.web.Application(
        [(r"/say", SayHandler), (r"/hear", HearHandler)], room=room
    )
    server = application.listen(0, "127.0.0.1", io_loop=io_loop, xheaders=True)
    port = next(iter(server._sockets.values())).getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    client = tornado.httpclient.AsyncHTTPClient(io_loop, max_clients=20)
    heard = []

    def hear(name, position):
        client.fetch(f"{url}/hear?from={position}", callback=partial(on_heard, name))

    def on_heard(name, response):
        answer = tornado.escape.json_decode(response.body)
        heard.extend((name, text) for text in answer["texts"])
        if answer["next"] < 2:
            hear(name, answer["next"])
        elif len(heard) == 6:
            io_loop.stop()

    def begin_when_all_listen():
        if len(room.listeners) < 3:
            io_loop.add_timeout(time.time() + 0.005, begin_when_all_listen)
        else:
            client.fetch(url + "/say", on_first, method="POST", body="text=hello")

    def on_first(response):
        assert response.error is None
        client.fetch(url + "/say", lambda response: None, method="POST", body="text=again")

    for name in ("ann", "bob", "eve"):
        hear(name, 0)
    begin_when_all_listen()
    start(io_loop)
    assert sorted(heard) == [(n, t) for n in ("ann", "bob", "eve") for t in ("again", "hello")]
    client.close()
    server.stop()


# -- 2.x: a line server whose connections are objects with callbacks ----------------------------


class Talker:
    """One end of a hall in which everybody hears every line."""

    hall: ClassVar[list[Any]] = []

    def __init__(self, stream):
        self.stream = stream
        self.hall.append(self)
        stream.set_close_callback(partial(self.hall.remove, self))
        self.wait()

    def wait(self):
        self.stream.read_until(b"\n", self.on_line)

    def on_line(self, line):
        for talker in self.hall:
            talker.stream.write(line)
        self.wait()


class HallServer(tornado.netutil.TCPServer):
    def __init__(self, io_loop=None, **kwargs):
        tornado.netutil.TCPServer.__init__(self, io_loop=io_loop, **kwargs)

    def handle_stream(self, stream, address):
        assert stream.io_loop is self.io_loop
        Talker(stream)


def test_a_line_server_and_its_clients_talk_by_callbacks(io_loop):
    server = HallServer(io_loop=io_loop)
    server.bind(0, "127.0.0.1")
    port = server._pending_sockets[0].getsockname()[1]
    server.start(1)
    heard = []

    class Client:
        def __init__(self, name, on_ready):
            self.name = name
            sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0)
            self.stream = tornado.iostream.IOStream(sock, io_loop, 65536, 1024)
            self.stream.connect(("127.0.0.1", port), on_ready)
            self.stream.read_until_regex(b"\r?\n", self.on_line)

        def on_line(self, line):
            heard.append((self.name, line.strip()))
            if len(heard) == 4:
                io_loop.add_callback(io_loop.stop)
            self.stream.read_until_regex(b"\r?\n", self.on_line)

    clients = []

    def ready():
        if len(clients) == 2 and len(Talker.hall) == 2:
            for client in clients:
                client.stream.write(b"hi from " + client.name + b"\r\n")
        else:
            io_loop.add_timeout(timedelta(milliseconds=5), ready)

    for name in (b"one", b"two"):
        clients.append(Client(name, lambda: None))
    ready()
    start(io_loop)
    assert sorted(heard) == [
        (who, b"hi from " + speaker) for who in (b"one", b"two") for speaker in (b"one", b"two")
    ]
    for client in clients:
        client.stream.close()
    io_loop.add_timeout(timedelta(milliseconds=20), io_loop.stop)
    start(io_loop)
    server.stop()
    assert Talker.hall == []


# -- 2.x: a proxy that fetches and passes on --------------------------------------------------


class OriginHandler(tornado.web.RequestHandler):
    def get(self):
        if self.request.path.endswith("/missing"):
            raise tornado.web.HTTPError(404)
        self.set_header("X-Origin", "yes")
        self.write("origin says %s" % self.request.path)

    def post(self):
        self.set_status(201)
        self.write("got " + tornado.escape.native_str(self.request.body))


class ProxyHandler(tornado.web.RequestHandler):
    """Fetch from the origin what is asked for here."""

    @tornado.web.asynchronous
    def get(self):
        has_body = self.request.method == "POST"
        asked = tornado.httpclient.HTTPRequest(
            self.settings["origin"] + self.request.uri,
            self.request.method,
            None,
            self.request.body if has_body else None,
            follow_redirects=False,
        )
        client = tornado.httpclient.AsyncHTTPClient(self.settings["io_loop"])
        client.fetch(asked, self.async_callback(self.on_answer))

    post = get

    def on_answer(self, answer):
        if answer.error and not isinstance(answer.error, tornado.httpclient.HTTPError):
            self.set_status(500)
            self.finish("the origin does not answer: %s" % answer.error)
            return
        self.set_status(answer.code)
        for name in ("Content-Type", "X-Origin"):
            if name in answer.headers:
                self.set_header(name, answer.headers[name])
        self.finish(answer.body)


@pytest.mark.expected_errors("500 GET /gone")
def test_a_proxy_hands_on_what_its_callback_gets(io_loop):
    origin, origin_url = serve(tornado.web.Application([(r".*", OriginHandler)]), io_loop)
    proxy, proxy_url = serve(
        tornado.web.Application([(r".*", ProxyHandler)], origin=origin_url, io_loop=io_loop),
        io_loop,
    )
    client = tornado.httpclient.AsyncHTTPClient(io_loop=io_loop, force_instance=True)
    answers = {}

    def got(name, response):
        answers[name] = (response.code, response.body, response.headers.get("X-Origin"))
        if len(answers) == 4:
            io_loop.stop()
        if name == "page":
            origin_gone = proxy_url.rpartition(":")[0] + ":1"
            proxy.request_callback.settings["origin"] = origin_gone
            client.fetch(proxy_url + "/gone", partial(got, "gone"))

    client.fetch(proxy_url + "/missing", callback=partial(got, "missing"))
    client.fetch(
        tornado.httpclient.HTTPRequest(proxy_url + "/form", "POST", None, "a=b", None, None, 5.0),
        callback=lambda response: (
            got("form", response),
            client.fetch(proxy_url + "/page?x=1", partial(got, "page")),
        ),
    )
    start(io_loop)
    assert answers["missing"][0] == 404
    assert answers["form"] == (201, b"got a=b", None)
    assert answers["page"] == (200, b"origin says /page", "yes")
    assert answers["gone"][0] == 500
    assert b"Connection refused" in answers["gone"][1]
    client.close()
    tornado.httpclient.AsyncHTTPClient(io_loop).close()
    for server in (origin, proxy):
        server.stop()


# -- spiders: generators of 2.x, coroutines and queues of 4.x ------------------------------------

PAGES = {
    "/": '<a href="/a">a</a> <a href="/b">b</a>',
    "/a": '<a href="/b">b</a> <a href="/c#part">c</a>',
    "/b": '<a href="/">home</a>',
    "/c": '<a href="/broken">broken</a>',
}


class PageHandler(tornado.web.RequestHandler):
    def get(self):
        if self.request.path not in PAGES:
            raise tornado.web.HTTPError(404)
        self.write(PAGES[self.request.path])


def links(url, text):
    class Parser(html.parser.HTMLParser):
        def handle_starttag(self, tag, attrs):
            href = dict(attrs).get("href")
            if tag == "a" and href:
                found.append(urllib.parse.urldefrag(urllib.parse.urljoin(url, href))[0])

    found = []
    Parser().feed(text)
    return found


def test_a_spider_of_2_x_waits_for_callbacks_by_key(io_loop):
    server, url = serve(tornado.web.Application([(r".*", PageHandler)]), io_loop)
    client = tornado.httpclient.AsyncHTTPClient(io_loop, 2)
    seen, broken = set(), []

    @tornado.gen.engine
    def crawl(todo, callback):
        while todo:
            batch, todo = sorted(todo), set()
            seen.update(batch)
            for each in batch:
                client.fetch(each, callback=(yield tornado.gen.Callback(each)))
            responses = yield tornado.gen.WaitAll(batch)
            for response in responses:
                if response.error:
                    broken.append(response.request.url)
                    continue
                text = tornado.escape.to_unicode(response.body)
                todo.update(set(links(response.effective_url, text)) - seen)
        callback()

    @tornado.gen.engine
    def main():
        first = yield tornado.gen.Task(client.fetch, url + "/")
        assert first.code == 200
        yield tornado.gen.Task(crawl, {url + "/"})
        yield tornado.gen.Task(io_loop.add_timeout, timedelta(milliseconds=1))
        io_loop.stop()

    io_loop.add_callback(main)
    start(io_loop)
    assert {each[len(url) :] for each in seen} == {*PAGES, "/broken"}
    assert broken == [url + "/broken"]
    client.close()
    server.stop()


def test_a_spider_of_4_x_has_workers_on_a_queue(io_loop):
    server, url = serve(tornado.web.Application([(r".*", PageHandler)]), io_loop)
    client = tornado.httpclient.AsyncHTTPClient(io_loop=io_loop)
    todo = tornado.queues.Queue()
    status = {}

    @tornado.gen.coroutine
    def visit(page):
        response = yield client.fetch(url + page, raise_error=False)
        status[page] = response.code
        found = links(url + page, tornado.escape.native_str(response.body))
        raise tornado.gen.Return([each[len(url) :] for each in found])

    @tornado.gen.coroutine
    def work():
        while True:
            page = yield todo.get()
            if page is None:
                return
            if page not in status:
                status[page] = None
                for each in (yield visit(page)):
                    yield todo.put(each)
            todo.task_done()

    @tornado.gen.coroutine
    def main():
        yield todo.put("/")
        workers = [work() for _ in range(3)]
        yield tornado.gen.with_timeout(timedelta(seconds=20), todo.join(), io_loop)
        for _ in workers:
            yield todo.put(None)
        yield workers

    io_loop.run_sync(main, timeout=30)
    assert status == {"/": 200, "/a": 200, "/b": 200, "/c": 200, "/broken": 404}
    client.close()
    server.stop()


# -- 2.x: a client library for a line protocol, used by handlers -----------------------------------


class StoreServer(tornado.netutil.TCPServer):
    data: ClassVar[dict[bytes, bytes]] = {}

    def handle_stream(self, stream, address):
        def on_command(line):
            name, _, rest = line.strip().partition(b" ")
            if name == b"set":
                key, length = rest.split()

                def on_value(value):
                    StoreServer.data[key] = value[:-2]
                    stream.write(b"STORED\r\n", read)

                stream.read_bytes(int(length) + 2, on_value)
            else:
                value = StoreServer.data.get(rest, b"")
                stream.write(b"VALUE %d\r\n%s\r\n" % (len(value), value), read)

        def read():
            stream.read_until(b"\r\n", on_command)

        read()


class StoreClient:
    """What libraries of the time looked like: a loop or the instance, and a queue of callbacks."""

    def __init__(self, host, port, io_loop=None):
        self.io_loop = io_loop or tornado.ioloop.IOLoop.instance()
        self.callbacks = collections.deque()
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0)
        self.stream = tornado.iostream.IOStream(sock, io_loop=self.io_loop)
        self.stream.connect((host, port), self._read)

    def set(self, key, value, callback=None):
        with tornado.stack_context.NullContext():
            self.stream.write(b"set %s %d\r\n%s\r\n" % (key, len(value), value))
        self.callbacks.append(tornado.stack_context.wrap(callback))

    def get(self, key, callback):
        with tornado.stack_context.NullContext():
            self.stream.write(b"get %s\r\n" % key)
        self.callbacks.append(tornado.stack_context.wrap(callback))

    def _read(self):
        self.stream.read_until(b"\r\n", self._on_line)

    def _on_line(self, line):
        if line.startswith(b"VALUE "):
            self.stream.read_bytes(int(line.split()[1]) + 2, self._on_value)
        else:
            self._answer(line.strip())

    def _on_value(self, value):
        self._answer(value[:-2])

    def _answer(self, result):
        callback = self.callbacks.popleft()
        try:
            if callback:
                callback(result)
        finally:
            self._read()


class StoreHandler(tornado.web.RequestHandler):
    @tornado.web.asynchronous
    @tornado.gen.engine
    def get(self, key):
        value = yield tornado.gen.Task(self.settings["store"].get, tornado.escape.utf8(key))
        if not value:
            raise tornado.web.HTTPError(404)
        self.finish(value)

    @tornado.web.asynchronous
    def put(self, key):
        self.settings["store"].set(tornado.escape.utf8(key), self.request.body, self.on_stored)

    def on_stored(self, answer):
        if self.request.body == b"refuse":
            raise tornado.web.HTTPError(409)
        self.finish(answer)


def test_a_client_library_with_a_queue_of_callbacks_serves_handlers(io_loop):
    StoreServer.data = {}
    store = StoreServer(io_loop)
    listener, port = bound()
    store.add_socket(listener)
    library = StoreClient("127.0.0.1", port, io_loop=io_loop)
    server, url = serve(
        tornado.web.Application([(r"/(\w+)", StoreHandler)], store=library), io_loop
    )
    client = tornado.httpclient.AsyncHTTPClient(io_loop)

    @tornado.gen.engine
    def main(callback):
        stored = yield tornado.gen.Task(client.fetch, url + "/key", method="PUT", body=b"v" * 70000)
        assert stored.body == b"STORED"
        answers = yield [
            tornado.gen.Task(client.fetch, url + "/key"),
            tornado.gen.Task(client.fetch, url + "/other"),
            tornado.gen.Task(client.fetch, url + "/key", method="PUT", body="refuse"),
        ]
        callback([(each.code, len(each.body)) for each in answers][:3])

    result = []
    io_loop.add_callback(main, lambda codes: (result.extend(codes), io_loop.stop()))
    start(io_loop)
    assert result[0] == (200, 70000)
    assert [code for code, _ in result] == [200, 404, 409]
    client.close()
    library.stream.close()
    for each in (store, server):
        each.stop()
