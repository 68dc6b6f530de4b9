"""What Django documents for ASGI, in our server."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType
from typing import Any

import django
import pytest
from django.core.asgi import get_asgi_application
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path, reverse

from tornado.asgi import ASGIContainer
from tornado.web import Application, RequestHandler

PATIENCE = 30

left = threading.Event()
waits = threading.Event()


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"hello {request.GET.get('name', '')} at {reverse('hello')}")


async def asynchronous(request: HttpRequest) -> HttpResponse:
    await asyncio.sleep(0)
    return HttpResponse("asynchronous")


def upload(request: HttpRequest) -> HttpResponse:
    file = request.FILES["file"]
    return HttpResponse(f"{file.name} {file.size} {request.POST['note']}")


async def stream(request: HttpRequest) -> StreamingHttpResponse:
    async def pieces() -> AsyncIterator[bytes]:
        for number in range(5):
            yield b"%d " % number
            await asyncio.sleep(0)

    return StreamingHttpResponse(pieces())


async def poll(request: HttpRequest) -> HttpResponse:
    waits.set()
    try:
        await asyncio.sleep(PATIENCE)
    except asyncio.CancelledError:
        left.set()
        raise
    return HttpResponse("nobody reads this")


def broken(request: HttpRequest) -> HttpResponse:
    raise KeyError("broken")


def file(request: HttpRequest) -> FileResponse:
    return FileResponse(Path(__file__).open("rb"))


@pytest.fixture(scope="module")
def application() -> Any:
    from django.conf import settings  # pytest would look into it if it were a global

    urls = ModuleType("urls_of_this_test")
    urls.urlpatterns = [  # type: ignore[attr-defined]  # of a module that is made here
        path("hello", hello, name="hello"),
        *(path(each.__name__, each) for each in (asynchronous, upload, stream, poll, broken, file)),
    ]
    sys.modules[urls.__name__] = urls
    settings.configure(
        DEBUG=False,
        SECRET_KEY="x",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=urls.__name__,
        LOGGING_CONFIG=None,
    )
    django.setup()
    yield get_asgi_application()
    del sys.modules[urls.__name__]


def test_views_of_both_kinds_answer(serve: Any, application: Any) -> None:
    client = serve(ASGIContainer(application)).connect()
    assert client.get("/hello?name=ann").body == b"hello ann at /hello"
    assert client.get("/asynchronous").body == b"asynchronous"
    assert client.get("/missing").status == 404


def test_an_upload(serve: Any, application: Any) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\nhi\r\n'
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
        + bytes(3 << 20)
        + b"\r\n--x--\r\n"
    )
    client = serve(ASGIContainer(application)).connect()
    client.send(
        b"POST /upload HTTP/1.1\r\nHost: e\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body) + body
    )
    assert client.read_response().body == b"a.bin 3145728 hi"
    assert client.get("/hello").status == 200


def test_a_stream_and_a_file(serve: Any, application: Any) -> None:
    client = serve(ASGIContainer(application)).connect()
    assert client.get("/stream").body == b"0 1 2 3 4 "


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume synchronous")
def test_a_file(serve: Any, application: Any) -> None:
    client = serve(ASGIContainer(application)).connect()
    assert client.get("/file").body == Path(__file__).read_bytes()


def test_a_client_that_leaves_ends_its_view(serve: Any, application: Any) -> None:
    left.clear()
    waits.clear()
    client = serve(ASGIContainer(application)).connect()
    client.send(b"GET /poll HTTP/1.1\r\nHost: e\r\n\r\n")
    assert waits.wait(PATIENCE)
    client.close()
    assert left.wait(PATIENCE)


def test_an_exception_is_a_page_of_django(serve: Any, application: Any) -> None:
    client = serve(ASGIContainer(application)).connect()
    response = client.get("/broken")
    assert response.status == 500
    assert b"Server Error" in response.body
    assert client.get("/hello").status == 200


def test_django_is_mounted_beside_our_handlers(serve: Any, application: Any) -> None:
    class Main(RequestHandler):
        def get(self) -> None:
            self.write("ours")

    container = ASGIContainer(application, root_path="/dj")
    client = serve(Application([("/", Main), ("/dj/.*", container)])).connect()
    assert client.get("/").body == b"ours"
    assert client.get("/dj/hello?name=x").body == b"hello x at /dj/hello"
