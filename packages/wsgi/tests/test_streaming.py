"""Bodies that stream while the application runs, clients that are slow, and clients that leave."""

from __future__ import annotations

import gzip
import io
import os
import queue
import socket
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tornado.web import Application, RequestHandler
from tornado.wsgi import FileWrapper, WSGIContainer

PATIENCE = 30.0

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n"


def recording(seen):
    """Return an application that puts each piece of the body that it reads into a queue."""

    def app(environ, start_response):
        source = environ["wsgi.input"]
        try:
            while piece := source.read1(1 << 20):
                seen.put(piece)
        except OSError as error:
            seen.put(error)
            raise
        seen.put(None)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"done"]

    return app


def test_a_large_body_arrives_while_it_is_sent(serve, threads):
    seen = queue.Queue()
    site = serve(WSGIContainer(recording(seen), threads, buffer_size=1000))
    with site.connect() as client:
        client.sendall(HEAD % 3000 + b"a" * 1500)
        received = b""
        while len(received) < 1500:
            received += seen.get(timeout=PATIENCE)
        client.sendall(b"b" * 1500)
        while (piece := seen.get(timeout=PATIENCE)) is not None:
            received += piece
        assert b"done" in client.recv(65536)
    assert received == b"a" * 1500 + b"b" * 1500


def test_a_small_body_occupies_no_thread_before_it_is_complete(serve):
    calls = []

    def app(environ, start_response):
        calls.append(environ["wsgi.input"].read())
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"done"]

    with ThreadPoolExecutor(1) as one:
        site = serve(WSGIContainer(app, one))
        slow = [site.connect() for _ in range(5)]
        for client in slow:
            client.sendall(HEAD % 10 + b"12345")
        assert site.fetch("/", "POST", b"quick")[2] == b"done"
        assert calls == [b"quick"]
        for client in slow:
            client.sendall(b"67890")
            assert b"done" in client.recv(65536)
            client.close()
    assert calls[1:] == [b"1234567890"] * 5


def test_s8_a_body_waits_with_the_client_while_the_application_does_not_read(serve, threads):
    may_read = threading.Event()
    sizes = []

    def app(environ, start_response):
        may_read.wait(PATIENCE)
        sizes.append(len(environ["wsgi.input"].read()))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"done"]

    size = 50_000_000
    site = serve(WSGIContainer(app, threads))
    with site.connect() as client:
        client.setblocking(False)
        data = memoryview(HEAD % size + bytes(size))
        sent, stopped = 0, time.monotonic()
        while time.monotonic() - stopped < 0.5:  # nothing more is taken
            try:
                sent += client.send(data[sent : sent + (1 << 20)])
                stopped = time.monotonic()
            except BlockingIOError:
                time.sleep(0.01)
        assert sent < size / 2
        may_read.set()
        client.settimeout(PATIENCE)
        client.sendall(data[sent:])
        assert b"done" in client.recv(65536)
    assert sizes == [size]


@pytest.mark.parametrize("length", [None, 100, 500_000])
def test_a_body_in_chunks_is_read_to_its_end(contain, length):
    def app(environ, start_response):
        text = f"{len(environ['wsgi.input'].read())} {'HTTP_TRANSFER_ENCODING' in environ}"
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [text.encode()]

    pieces = [b"x" * 1000] * ((length or 0) // 1000) + [b"x" * ((length or 0) % 1000)]
    client = contain(app).client()
    client.request("POST", "/", iter(pieces), {"Transfer-Encoding": "chunked"}, encode_chunked=True)
    assert client.getresponse().read() == f"{length or 0} False".encode()
    client.close()


@pytest.mark.parametrize("size", [0, 10, 300_000])
def test_s12_a_body_that_the_server_decompresses_has_its_own_length_or_none(contain, size):
    def app(environ, start_response):
        length = environ.get("CONTENT_LENGTH", "none")
        body = environ["wsgi.input"].read()
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"{length} {environ['wsgi.input_terminated']} {len(body)}".encode()]

    site = contain(app, decompress_request=True)
    body = gzip.compress(b"x" * size)
    found = site.fetch("/", "POST", body, {"Content-Encoding": "gzip"})[2].decode()
    assert found in (f"{size} True {size}", f"none True {size}")


@pytest.mark.parametrize("reads", [False, True])
def test_a_long_body_without_a_length_that_nobody_reads_is_mentioned(
    serve, threads, wait_until, caplog, reads
):
    def app(environ, start_response):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or -reads))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"{len(body)}".encode()]

    client = serve(WSGIContainer(app, threads)).client()
    client.request(
        "POST",
        "/upload",
        iter([b"x" * 1000] * 200),
        encode_chunked=True,
        headers={"Transfer-Encoding": "chunked"},
    )
    assert client.getresponse().read() == (b"200000" if reads else b"0")
    client.close()
    if not reads:
        wait_until(lambda: "has read nothing of a body that came without a length" in caplog.text)
        assert "POST /upload" in caplog.text
    else:
        assert "has read nothing" not in caplog.text


def test_the_input_has_the_methods_of_a_file(serve, threads):
    text = b"one\ntwo\n\nfour" + b"." * 3000 + b"\nlast"
    found = []

    def app(environ, start_response):
        source = environ["wsgi.input"]
        found.append(source.readline())
        found.append(source.readline(2))
        found.append(source.read(2))
        found.extend(source)
        found.append(source.read(10))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"done"]

    for size in (100, 65536):
        found.clear()
        site = serve(WSGIContainer(app, threads, buffer_size=size))
        assert site.fetch("/", "POST", text)[2] == b"done"
        assert found == [
            b"one\n",
            b"tw",
            b"o\n",
            b"\n",
            b"four" + b"." * 3000 + b"\n",
            b"last",
            b"",
        ]


def test_a_client_that_leaves_in_the_middle_of_its_body_is_an_oserror_of_the_input(serve, threads):
    seen = queue.Queue()
    site = serve(WSGIContainer(recording(seen), threads, buffer_size=1000))
    client = site.connect()
    client.sendall(HEAD % 3000 + b"a" * 2000)
    received = 0
    while received < 2000:
        received += len(seen.get(timeout=PATIENCE))
    client.close()
    error = seen.get(timeout=PATIENCE)
    assert isinstance(error, OSError)
    assert "in the middle of the body" in str(error)


def test_s11_a_body_over_the_limit_is_refused_while_it_is_read(serve, threads):
    seen = queue.Queue()
    site = serve(WSGIContainer(recording(seen), threads, buffer_size=100), max_body_size=5000)
    chunk = b"3e8\r\n" + b"x" * 1000 + b"\r\n"
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    with site.connect() as client:
        client.sendall(head + chunk)
        assert seen.get(timeout=PATIENCE)
        client.sendall(chunk * 7)
        assert client.recv(65536).startswith(b"HTTP/1.1 413 ")
    while not isinstance(last := seen.get(timeout=PATIENCE), OSError):
        assert last is not None
    assert "refused with status 413" in str(last)


def test_a_response_before_the_end_of_the_body_keeps_the_next_request(serve, threads):
    def app(environ, start_response):
        if environ["PATH_INFO"] == "/":
            environ["wsgi.input"].read(10)
        start_response("403 Forbidden", [("Content-Type", "text/plain")])
        return [environ["PATH_INFO"].encode()]

    site = serve(WSGIContainer(app, threads, buffer_size=1000))
    with site.connect() as client:
        client.sendall(HEAD % 100_000 + b"a" * 2000)
        assert client.recv(65536).endswith(b"\r\n\r\n/")
        client.sendall(b"a" * 98_000 + b"GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.recv(65536).endswith(b"\r\n\r\n/next")


def test_each_piece_of_a_response_is_sent_before_the_next_one_is_made(contain):
    may_go_on = threading.Event()

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b"first"
        yield b"second"
        may_go_on.wait(PATIENCE)
        yield b"third"

    with contain(app).connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        received = b""
        while b"second" not in received:
            received += client.recv(65536)
        assert b"third" not in received
        may_go_on.set()
        while not received.endswith(b"0\r\n\r\n"):
            received += client.recv(65536)
    assert b"third" in received


def test_a_response_waits_for_a_slow_client_and_holds_up_no_other(contain):
    made = []

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "application/octet-stream")])
        if environ["PATH_INFO"] == "/quick":
            return [b"quick"]
        return pieces()

    def pieces():
        for _ in range(1000):
            made.append(1)
            yield b"x" * 100_000

    site = contain(app)
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(PATIENCE)
        client.connect(("127.0.0.1", site.port))
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        count = -1
        while count != len(made) or not made:
            count = len(made)
            time.sleep(0.3)
        assert count < 500  # 50 MB, far above the buffers of a socket
        assert site.fetch("/quick")[2] == b"quick"
        received = 0
        while received < 100_000_000:
            received += len(client.recv(1 << 20))
    assert len(made) == 1000


def test_a_request_whose_client_has_left_while_it_waited_for_a_thread_is_not_run(serve):
    paths = []
    may_end = threading.Event()
    running = threading.Event()

    def app(environ, start_response):
        paths.append(environ["PATH_INFO"])
        if environ["PATH_INFO"] == "/first":
            running.set()
            may_end.wait(PATIENCE)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"done"]

    class Queued(RequestHandler):
        def get(self):
            self.write(str(one._work_queue.qsize()))

    one = ThreadPoolExecutor(1)
    site = serve(Application([("/queued", Queued), (".*", WSGIContainer(app, one))]))
    with one, site.connect() as first:
        first.sendall(b"GET /first HTTP/1.1\r\nHost: a\r\n\r\n")
        assert running.wait(PATIENCE)
        with site.connect() as second:
            second.sendall(b"GET /second HTTP/1.1\r\nHost: a\r\n\r\n")
            while site.fetch("/queued")[2] != b"1":
                time.sleep(0.01)
        site.fetch("/queued")  # the loop has seen the end of the second one before this
        time.sleep(0.1)
        may_end.set()
        assert first.recv(65536).endswith(b"done")
        assert site.fetch("/third")[2] == b"done"
    assert paths == ["/first", "/third"]


# Files.


class Closing(io.FileIO):
    """A file that tells of its end."""

    def __init__(self, path, ended):
        super().__init__(path)
        self._ended = ended

    def close(self):
        if not self.closed:
            self._ended.set()
        super().close()


@pytest.mark.parametrize("length", [None, "1000", "3000000"])
def test_a_wrapped_file_is_sent_from_where_it_stands_and_closed(contain, tmp_path, length):
    content = os.urandom(3_000_010)
    path = tmp_path / "film"
    path.write_bytes(content)
    ended = threading.Event()

    def app(environ, start_response):
        file = Closing(path, ended)
        file.seek(10)
        headers = [("Content-Type", "video/mp4")]
        headers += [("Content-Length", length)] if length else []
        start_response("200 OK", headers)
        return environ["wsgi.file_wrapper"](file)

    _, headers, body = contain(app).fetch()
    assert body == content[10 : 10 + int(length or 3_000_000)]
    assert headers["Content-Length"] == (length or "3000000")
    assert ended.wait(PATIENCE)


def test_a_wrapped_object_that_is_no_file_is_read_in_blocks(contain):
    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return environ["wsgi.file_wrapper"](io.BytesIO(b"x" * 100_000), 1000)

    assert contain(app).fetch()[2] == b"x" * 100_000


def test_a_wrapped_file_that_is_read_otherwise_than_it_is_stored_is_read(contain, tmp_path):
    path = tmp_path / "log.gz"
    with gzip.open(path, "wb") as file:
        file.write(b"line\n" * 20_000)

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return environ["wsgi.file_wrapper"](gzip.open(path))

    assert contain(app).fetch()[2] == b"line\n" * 20_000


def test_the_system_sends_plain_files_alone(tmp_path):
    path = tmp_path / "film"
    path.write_bytes(b"x" * 10)
    with (
        path.open("rb") as buffered,
        path.open("r+b") as random,
        path.open("rb", buffering=0) as raw,
        tempfile.NamedTemporaryFile() as named,
    ):
        for file in (buffered, random, raw, named):
            assert FileWrapper(file).slice() is not None
    with (
        path.open("r") as text,
        io.BufferedReader(gzip.open(path)) as packed,
        tempfile.SpooledTemporaryFile() as spooled,
    ):
        for file in (text, packed, spooled):
            assert FileWrapper(file).slice() is None


@pytest.mark.expected_errors("Uncaught exception in a WSGI application")
def test_a_wrapped_file_that_is_shorter_than_announced_ends_the_connection(contain, tmp_path):
    (tmp_path / "film").write_bytes(b"x" * 1000)

    def app(environ, start_response):
        start_response("200 OK", [("Content-Length", "2000")])
        return environ["wsgi.file_wrapper"]((tmp_path / "film").open("rb"))

    answer = contain(app).exchange(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer.endswith(b"\r\n\r\n" + b"x" * 1000)


def test_a_client_that_leaves_in_the_middle_of_a_file_has_it_closed(contain, tmp_path):
    path = tmp_path / "film"
    with path.open("wb") as file:
        file.truncate(500_000_000)
    ended = threading.Event()

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "video/mp4")])
        return environ["wsgi.file_wrapper"](Closing(path, ended))

    with contain(app).connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        client.recv(1000)
    assert ended.wait(PATIENCE)
