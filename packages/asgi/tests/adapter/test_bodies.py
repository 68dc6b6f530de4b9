"""Bodies in both directions, on every server."""

from __future__ import annotations

import asyncio
import http.client
import queue
import socket
import sys
import threading

import pytest

from tornado.iostream import StreamClosedError
from tornado.web import RequestHandler, StaticFileHandler, stream_request_body

PATIENCE = 30

#: Mended in Python 3.12.9 and 3.13.2; Python 3.11 has another one.
WRITELINES_NEVER_PAUSE = (3, 12) <= sys.version_info < (3, 12, 9) or (
    (3, 13) <= sys.version_info < (3, 13, 2)
)


def request(port, data):
    client = socket.create_connection(("127.0.0.1", port), PATIENCE)
    client.settimeout(PATIENCE)
    client.sendall(data)
    return client


def read_until(client, end):
    data = b""
    while end not in data:
        piece = client.recv(65536)
        if not piece:
            raise EOFError(data)
        data += piece
    return data


def send_what_is_taken(client, size):
    """Send bytes until no more are taken; return how many were."""
    client.settimeout(1)
    sent = 0
    try:
        while sent < size:
            sent += client.send(bytes(min(1 << 20, size - sent)))
    except TimeoutError:
        pass
    return sent


def fetch(port, path, method="GET", body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def test_a_piece_that_is_flushed_arrives_while_the_handler_goes_on(run):
    go_on = queue.Queue()

    class Stream(RequestHandler):
        async def get(self):
            loop = asyncio.get_running_loop()
            for name in ("one", "two"):
                self.write(name)
                await self.flush()
                await loop.run_in_executor(None, go_on.get, True, PATIENCE)

    with request(run([("/", Stream)]).port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") as client:
        assert b"one" in read_until(client, b"one")
        go_on.put(None)
        assert b"two" in read_until(client, b"two")
        go_on.put(None)
        assert read_until(client, b"0\r\n\r\n").endswith(b"0\r\n\r\n")


def test_a_handler_waits_for_a_client_that_reads_nothing(run, server):
    if server == "gunicorn" and WRITELINES_NEVER_PAUSE:
        pytest.skip("asyncio's writelines, which gunicorn calls, pauses no protocol on this Python")
    size, count, sent, finished = 1 << 20, 100, [0], threading.Event()

    class Flood(RequestHandler):
        async def get(self):
            for _ in range(count):
                self.write(bytes(size))
                await self.flush()
                sent[0] += 1

        def on_finish(self):
            finished.set()

    with request(run([("/", Flood)]).port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") as client:
        read_until(client, b"\r\n\r\n")
        # What it has sent stands still long before the end: the system's buffers take a few pieces.
        before = -1
        while before != sent[0]:
            before = sent[0]
            assert not finished.wait(0.5)
        assert before < count // 2
        while not finished.is_set():
            client.recv(1 << 20)
    assert sent[0] == count


def test_an_upload_is_taken_at_the_speed_of_the_handler(run):
    seen = []
    go_on = asyncio.Event()

    @stream_request_body
    class Upload(RequestHandler):
        def prepare(self):
            seen.append("prepare")

        async def data_received(self, chunk):
            seen.append(len(chunk))
            await go_on.wait()

        def put(self):
            self.write({"bytes": sum(seen[1:]), "largest": max(seen[1:])})

    running = run([("/", Upload)])
    size = 32 << 20
    head = f"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode()
    with request(running.port, head) as client:
        sent = send_what_is_taken(client, size)
        assert sent < size
        assert len(seen) == 2  # the others wait for the first piece
        running.loop.call_soon_threadsafe(go_on.set)
        client.settimeout(PATIENCE)
        client.sendall(bytes(size - sent))
        answer = read_until(client, b"}")
    assert answer.startswith(b"HTTP/1.1 200")
    assert f'"bytes": {size}'.encode() in answer
    assert max(seen[1:]) <= 65536


@pytest.mark.expected_errors("Uncaught exception", "Cannot send error response")
def test_an_error_after_the_first_byte_cuts_the_response_off(run):
    class Broken(RequestHandler):
        async def get(self):
            self.write("some of it")
            await self.flush()
            raise KeyError("too late")

    port = run([("/", Broken)]).port
    with request(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") as client:
        data = b""
        while piece := client.recv(65536):
            data += piece
    assert b"some of it" in data
    assert not data.endswith(b"0\r\n\r\n")
    assert fetch(port, "/missing")[0] == 404  # the next one is served


def test_a_client_that_leaves_is_noticed(run):
    seen = queue.Queue()

    class Waits(RequestHandler):
        async def get(self):
            self.write("x")
            await self.flush()
            seen.put("waits")
            await asyncio.sleep(PATIENCE)

        def on_connection_close(self):
            seen.put(("left", self.request.connection.stream.closed()))

    running = run([("/", Waits)], cancel_on_disconnect=True)
    with request(running.port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") as client:
        assert seen.get(timeout=PATIENCE) == "waits"
        read_until(client, b"x")
    assert seen.get(timeout=PATIENCE) == ("left", True)


def test_a_stream_of_a_client_that_leaves_ends(run):
    seen = queue.Queue()

    class Flood(RequestHandler):
        async def get(self):
            try:
                while True:
                    self.write(bytes(100_000))
                    await self.flush()
            except StreamClosedError:
                seen.put("ended")
                raise

    with request(run([("/", Flood)]).port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") as client:
        client.recv(100)
    assert seen.get(timeout=PATIENCE) == "ended"


def test_a_client_that_leaves_during_its_body_is_noticed(run):
    seen = queue.Queue()

    @stream_request_body
    class Upload(RequestHandler):
        def data_received(self, chunk):
            seen.put(chunk)

        def put(self):
            seen.put("put")

        def on_connection_close(self):
            seen.put("left")

    head = b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nsome"
    with request(run([("/", Upload)]).port, head):
        assert seen.get(timeout=PATIENCE) == b"some"
    assert seen.get(timeout=PATIENCE) == "left"


def test_a_body_over_the_limit_is_refused(run):
    class Form(RequestHandler):
        def post(self):
            self.write("taken")

    running = run([("/", Form)], limits={"max_body_size": 1000})
    assert fetch(running.port, "/", "POST", bytes(1000))[2] == b"taken"
    assert fetch(running.port, "/", "POST", bytes(1001))[0] == 413
    chunks = iter([bytes(600), bytes(600)])
    assert fetch(running.port, "/", "POST", chunks)[0] == 413


def test_too_many_fields_are_refused(run):
    class Page(RequestHandler):
        def get(self):
            self.write("taken")

    running = run([("/", Page)], limits={"max_header_count": 10, "max_header_size": 1000})
    assert fetch(running.port, "/")[2] == b"taken"
    assert fetch(running.port, "/", headers={f"X-{n}": "x" for n in range(10)})[0] == 431
    assert fetch(running.port, "/", headers={"X": "x" * 1000})[0] == 431


def test_a_slow_body_is_given_up(run):
    class Form(RequestHandler):
        def post(self):
            self.write("taken")

    running = run([("/", Form)], limits={"body_timeout": 0.3})
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nsome"
    with request(running.port, head) as client:
        assert read_until(client, b"\r\n\r\n").startswith(b"HTTP/1.1 408 ")


def test_static_files_are_sent_whole_and_in_parts(run, tmp_path):
    content = bytes(range(256)) * 1000
    (tmp_path / "large.bin").write_bytes(content)
    (tmp_path / "small.txt").write_text("small")
    port = run([("/(.*)", StaticFileHandler, {"path": str(tmp_path)})]).port
    assert fetch(port, "/small.txt")[2] == b"small"
    status, headers, body = fetch(port, "/large.bin")
    assert (status, body == content, headers["Content-Length"]) == (200, True, str(len(content)))
    status, headers, body = fetch(port, "/large.bin", headers={"Range": "bytes=100-199999"})
    assert (status, body == content[100:200_000]) == (206, True)
    status, _, body = fetch(port, "/large.bin", "HEAD")
    assert (status, body) == (200, b"")
    assert fetch(port, "/large.bin", headers={"If-None-Match": headers["Etag"]})[0] == 304
