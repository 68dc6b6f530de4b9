"""The same small site in four frameworks, and a server of ours that counts what it closes."""

from __future__ import annotations

import asyncio
import http.client
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from programs import PATIENCE

from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler
from tornado.wsgi import WSGIContainer

#: Long enough not to be within random bytes.
_BOUNDARY = "boundary-of-the-tests"

PIECES = [b"first\n", b"second\n", b"third\n"]


class Control:
    """What a test lets the pieces of a streamed response wait for, and what it counts."""

    def __init__(self) -> None:
        self.may_go_on = threading.Event()
        self.closed: list[str] = []

    def stream(self) -> Iterator[bytes]:
        """Three pieces, the last of which waits."""
        yield PIECES[0]
        yield PIECES[1]
        self.may_go_on.wait(PATIENCE)
        yield PIECES[2]

    def endless(self) -> Iterator[bytes]:
        while True:
            yield b"x" * 65536

    def failing(self) -> Iterator[bytes]:
        yield PIECES[0]
        raise ValueError("after the first byte")

    def counted(self, application: Any) -> Any:
        """Wrap an application, so that each close() of a response is noted with its path."""

        def middleware(environ: dict[str, Any], start_response: Any) -> Any:
            return Counted(application(environ, start_response), environ["PATH_INFO"], self.closed)

        return middleware

    def wait_for_close(self, path: str) -> int:
        """Return how often the response of a path was closed, once it was."""
        deadline = time.monotonic() + PATIENCE
        while path not in self.closed and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.closed.count(path)


class Counted:
    """A response of an application, whose close() is noted."""

    def __init__(self, response: Any, path: str, closed: list[str]) -> None:
        self._response, self._path, self._closed = response, path, closed

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._response)

    def close(self) -> None:
        self._closed.append(self._path)
        close = getattr(self._response, "close", None)
        if close is not None:
            close()


def flask_site(control: Control) -> Any:
    import flask

    app = flask.Flask("site")
    app.add_url_rule("/hello", "hello", lambda: "hello")

    @app.post("/upload")
    def upload() -> str:
        with flask.request.files["file"].stream as file:
            return f"{flask.request.files['file'].filename} {len(file.read())}"

    @app.post("/raw")
    def raw() -> str:
        return str(len(flask.request.get_data()))

    @app.get("/file/<path:path>")
    def file(path: str) -> Any:
        return flask.send_file("/" + path, mimetype="video/mp4")

    app.add_url_rule("/stream", "stream", lambda: flask.Response(control.stream()))
    app.add_url_rule("/endless", "endless", lambda: flask.Response(control.endless()))
    app.add_url_rule("/failing", "failing", lambda: flask.Response(control.failing()))
    return app


def bottle_site(control: Control) -> Any:
    import bottle

    app = bottle.Bottle()
    app.route("/hello", callback=lambda: "hello")

    @app.post("/upload")
    def upload() -> str:
        field = bottle.request.files.get("file")
        with field.file as file:
            return f"{field.raw_filename} {len(file.read())}"

    @app.post("/raw")
    def raw() -> str:
        return str(len(bottle.request.body.read()))

    @app.get("/file/<path:path>")
    def file(path: str) -> Any:
        return bottle.static_file(path, root="/", mimetype="video/mp4")

    app.route("/stream", callback=control.stream)
    app.route("/endless", callback=control.endless)
    app.route("/failing", callback=control.failing)
    return app


def pyramid_site(control: Control) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about cgi and pkg_resources, which it imports
        from pyramid.config import Configurator
        from pyramid.response import FileResponse, Response

    def upload(request: Any) -> Any:
        field = request.POST["file"]
        with field.file as file:
            return Response(f"{field.filename} {len(file.read())}")

    views: dict[str, Callable[[Any], Any]] = {
        "hello": lambda request: Response("hello"),
        "upload": upload,
        "raw": lambda request: Response(str(len(request.body))),
        "file/{path:.*}": lambda request: FileResponse(
            "/" + request.matchdict["path"], request=request, content_type="video/mp4"
        ),
        "stream": lambda request: Response(app_iter=control.stream()),
        "endless": lambda request: Response(app_iter=control.endless()),
        "failing": lambda request: Response(app_iter=control.failing()),
    }
    with Configurator() as config:
        for path, view in views.items():
            config.add_route(path, "/" + path)
            config.add_view(view, route_name=path)
        return config.make_wsgi_app()


def django_site(control: Control) -> Any:
    import types

    import django
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler
    from django.http import FileResponse, HttpResponse, StreamingHttpResponse
    from django.urls import path

    def upload(request: Any) -> Any:
        with request.FILES["file"] as file:
            return HttpResponse(f"{file.name} {len(file.read())}")

    urls: Any = types.ModuleType("urls")
    urls.urlpatterns = [
        path("hello", lambda request: HttpResponse("hello")),
        path("upload", upload),
        path("raw", lambda request: HttpResponse(str(len(request.body)))),
        path(
            "file/<path:path>",
            lambda request, path: FileResponse(open("/" + path, "rb"), content_type="video/mp4"),  # noqa: SIM115 - closed with the response
        ),
        path("stream", lambda request: StreamingHttpResponse(control.stream())),
        path("endless", lambda request: StreamingHttpResponse(control.endless())),
        path("failing", lambda request: StreamingHttpResponse(control.failing())),
    ]
    if not settings.configured:
        settings.configure(
            ALLOWED_HOSTS=["*"], DATA_UPLOAD_MAX_MEMORY_SIZE=None, LOGGING_CONFIG=None
        )
        django.setup()
    settings.ROOT_URLCONF = urls
    return WSGIHandler()


SITES: dict[str, Callable[[Control], Any]] = {
    "bottle": bottle_site,
    "django": django_site,
    "flask": flask_site,
    "pyramid": pyramid_site,
}


class Own(RequestHandler):
    def get(self) -> None:
        self.write("own")


class Server:
    """A server of ours with a WSGI application and a handler beside it, on a thread."""

    def __init__(self, application: Any, executor: ThreadPoolExecutor | None) -> None:
        container = WSGIContainer(application, executor=executor)
        self._application = Application([("/own", Own), (".*", container)])

    async def run(self, listener: Any, ready: threading.Event) -> None:
        from tornado.httpserver import HTTPServer

        self.loop, self.end = asyncio.get_running_loop(), asyncio.Event()
        server = HTTPServer(self._application)
        server.add_sockets([listener])
        ready.set()
        await self.end.wait()
        server.stop()
        await server.close_all_connections()


@contextmanager
def contained(application: Any, *, threads: int | None = 8) -> Iterator[int]:
    """Serve a WSGI application, and give the port.

    :param threads: how many; ``None`` for the loop's own.
    """
    [listener] = bind_sockets(0, "127.0.0.1")
    executor = None if threads is None else ThreadPoolExecutor(threads)
    server, ready = Server(application, executor), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(server.run(listener, ready)), daemon=True)
    thread.start()
    if not ready.wait(PATIENCE):
        raise RuntimeError("the server does not start")
    try:
        yield listener.getsockname()[1]
    finally:
        server.loop.call_soon_threadsafe(server.end.set)
        thread.join(PATIENCE)
        if executor is not None:
            executor.shutdown()


def client_of(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)


def form_with_file(name: str, content: bytes) -> tuple[bytes, dict[str, str]]:
    """Return the body and the header fields of a form with one file."""
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    body = (
        f"{head}Content-Type: image/png\r\n\r\n".encode()
        + content
        + f"\r\n--{_BOUNDARY}--\r\n".encode()
    )
    return body, {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
