"""Our handlers under the WSGI servers of others: docs/wsgi.md has the table."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from programs import PATIENCE, unused_port
from wsgi_sites import client_of, form_with_file

SITE = """\
import asyncio
import os
import threading

import tornado.web
import tornado.wsgi
from wsgiref.validate import validator


class Main(tornado.web.RequestHandler):
    def get(self):
        self.set_cookie("a", "b")
        self.write({"path": self.request.path, "ip": self.request.remote_ip,
                    "arguments": self.get_arguments("q"), "host": self.request.host})


class Upload(tornado.web.RequestHandler):
    def post(self):
        file = self.request.files["file"][0]
        self.write(f"{file.filename} {len(file.body)}")


@tornado.web.stream_request_body
class Raw(tornado.web.RequestHandler):
    def prepare(self):
        self.count = 0

    async def data_received(self, chunk):
        self.count += len(chunk)

    def post(self):
        self.write(str(self.count))


class Flushed(tornado.web.RequestHandler):
    def get(self):
        self.set_header("Content-Type", "text/plain")
        self.write("first ")
        self.flush()
        if self.get_argument("wait", None):
            gate = self.get_argument("wait")
            for _ in range(3000):
                if os.path.exists(gate):
                    break
                threading.Event().wait(0.01)
        self.write("second")


class Ready(tornado.web.RequestHandler):
    async def get(self):
        await asyncio.sleep(0)
        self.write("ready")


class Waiting(tornado.web.RequestHandler):
    async def get(self):
        await asyncio.sleep(0.1)
        self.write("never")


class Failing(tornado.web.RequestHandler):
    def get(self):
        if self.get_argument("late", None):
            self.write("first")
            self.flush()
        raise ValueError("of the handler")


tornado_app = tornado.web.Application(
    [
        ("/upload", Upload),
        ("/raw", Raw),
        ("/flushed", Flushed),
        ("/ready", Ready),
        ("/waiting", Waiting),
        ("/failing", Failing),
        ("/old", tornado.web.RedirectHandler, {"url": "/new"}),
        ("/files/(.*)", tornado.web.StaticFileHandler, {"path": os.environ["FILES"]}),
        (".*", Main),
    ]
)
application = tornado.wsgi.WSGIAdapter(tornado_app)
validated = validator(application)
"""

#: How each server is started with the application and a port.
SERVERS = {
    "gunicorn": "gunicorn --worker-class gthread --threads 4 --bind 127.0.0.1:{port} site_of_ours:{name}",
    "gunicorn-sync": "gunicorn --bind 127.0.0.1:{port} site_of_ours:{name}",
    "waitress": "waitress-serve --listen 127.0.0.1:{port} site_of_ours:{name}",
    "uwsgi": "uwsgi --http-socket 127.0.0.1:{port} --master --enable-threads --threads 4 --need-app"
    " --http-chunked-input --module site_of_ours:{name}",
}


@contextmanager
def running(server: str, folder: Path, name: str = "application") -> Iterator[int]:
    """Run a server with the site, and give its port."""
    port = unused_port()
    (folder / "site_of_ours.py").write_text(SITE)
    (folder / "files").mkdir(exist_ok=True)
    command, *arguments = SERVERS[server].format(port=port, name=name).split()
    program = Path(sys.executable).with_name(command)
    if not program.exists():
        if os.environ.get("CI"):
            raise FileNotFoundError(program)
        pytest.skip(f"{command} is not installed")
    environment = {**os.environ, "FILES": str(folder / "files"), "PYTHONPATH": str(folder)}
    with (folder / "printed").open("wb") as printed:
        process = subprocess.Popen(
            [program, *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(port, process, folder / "printed")
            yield port
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def wait_for(port: int, process: subprocess.Popen[bytes], printed: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        client = client_of(port)
        with suppress(OSError):
            client.request("GET", "/up")
            if client.getresponse().read():
                client.close()
                return
        client.close()
        time.sleep(0.05)
    raise RuntimeError(f"the server does not answer:\n{printed.read_text()}")


@pytest.fixture(scope="module", params=sorted(SERVERS))
def server(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def folder(server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp(server)


@pytest.fixture(scope="module")
def port(server: str, folder: Path) -> Iterator[int]:
    with running(server, folder) as port:
        yield port


def fetch(
    port: int, path: str, method: str = "GET", body: object = None, headers: object = None
) -> tuple[int, http.client.HTTPMessage, bytes]:
    client = client_of(port)
    try:
        client.request(method, path, body, headers or {})  # type: ignore[arg-type]  # as tests give it
        response = client.getresponse()
        return response.status, response.headers, response.read()
    finally:
        client.close()


def test_a_page_has_what_the_request_has(port: int) -> None:
    status, headers, body = fetch(port, "/caf%C3%A9?q=1&q=2")
    assert status == 200
    assert json.loads(body) == {
        "path": "/caf%C3%A9",
        "ip": "127.0.0.1",
        "arguments": ["1", "2"],
        "host": f"127.0.0.1:{port}",
    }
    assert headers["Set-Cookie"] == "a=b; Path=/"
    assert headers["Content-Length"] == str(len(body))
    assert headers["Etag"]
    assert len(headers.get_all("Date") or ()) == 1
    assert fetch(port, "/caf%C3%A9?q=1&q=2", headers={"If-None-Match": headers["Etag"]})[0] == 304


@pytest.mark.parametrize("size", [10, 3_000_000])
def test_an_upload_arrives(port: int, size: int) -> None:
    body = fetch(port, "/upload", "POST", *form_with_file("photo.png", os.urandom(size)))[2]
    assert body == f"photo.png {size}".encode()


def test_a_streamed_body_arrives(port: int) -> None:
    assert fetch(port, "/raw", "POST", b"x" * 1_000_000)[2] == b"1000000"


def test_head_and_redirect(port: int) -> None:
    status, headers, body = fetch(port, "/", "HEAD")
    assert (status, body) in ((200, b""), (405, b""))
    status, headers, _ = fetch(port, "/old?a=b")
    assert (status, headers["Location"]) == (301, "/new?a=b")


def test_static_files_and_parts_of_them(port: int, folder: Path) -> None:
    content = os.urandom(1_000_000)
    (folder / "files" / "film.mp4").write_bytes(content)
    status, headers, body = fetch(port, "/files/film.mp4")
    assert (status, headers["Content-Type"], body) == (200, "video/mp4", content)
    for part in ((0, 99), (100_000, 899_999), (500_000, 999_999)):
        wanted = {"Range": f"bytes={part[0]}-{part[1]}"}
        status, _, body = fetch(port, "/files/film.mp4", headers=wanted)
        assert (status, body) == (206, content[part[0] : part[1] + 1])


def test_a_flush_is_sent_before_the_handler_goes_on(port: int, folder: Path) -> None:
    gate = folder / "gate"
    client = client_of(port)
    client.request("GET", f"/flushed?wait={gate}")
    response = client.getresponse()
    assert response.read(6) == b"first "
    gate.touch()
    assert response.read() == b"second"
    client.close()
    gate.unlink()


def test_a_coroutine_that_does_not_wait_answers(port: int) -> None:
    assert fetch(port, "/ready")[2] == b"ready"


def test_a_handler_that_waits_is_an_error_that_says_so(port: int, folder: Path) -> None:
    status = None
    with suppress(OSError, http.client.HTTPException):  # uWSGI closes the connection
        status = fetch(port, "/waiting")[0]
    assert status in (500, None)
    deadline = time.monotonic() + PATIENCE
    while "CannotWaitError" not in (printed := (folder / "printed").read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert "Waiting.get" in printed
    assert fetch(port, "/ready")[2] == b"ready"


def test_an_error_of_a_handler_is_a_500_and_a_late_one_cuts_the_response(port: int) -> None:
    status, _, body = fetch(port, "/failing")
    assert status == 500
    assert b"500: Internal Server Error" in body
    with suppress(http.client.IncompleteRead):
        assert fetch(port, "/failing?late=1")[2] == b"first"
    assert fetch(port, "/ready")[2] == b"ready"


@pytest.mark.parametrize("checked", ["gunicorn", "waitress"])
def test_nothing_of_it_breaks_a_rule_of_wsgi(checked: str, tmp_path: Path) -> None:
    with running(checked, tmp_path, "validated") as port:
        assert fetch(port, "/ready")[2] == b"ready"
        assert fetch(port, "/flushed")[2] == b"first second"
        assert fetch(port, "/raw", "POST", b"x" * 100_000)[2] == b"100000"
        assert fetch(port, "/upload", "POST", *form_with_file("a", b"x"))[2] == b"a 1"
        (tmp_path / "files" / "film").write_bytes(b"x" * 100_000)
        assert fetch(port, "/files/film")[2] == b"x" * 100_000
    assert "AssertionError" not in (tmp_path / "printed").read_text()
