"""What Starlette and FastAPI document, in our server."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import BackgroundTasks, FastAPI, Form, HTTPException, UploadFile, WebSocket
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocketDisconnect

from tornado.asgi import ASGIContainer
from tornado.web import Application, RequestHandler

PATIENCE = 30


def test_fastapi_answers_by_functions_of_both_kinds(serve: Any) -> None:
    api = FastAPI()

    @api.get("/items/{number}")
    async def item(number: int, q: str | None = None) -> dict[str, Any]:
        return {"number": number, "q": q}

    @api.get("/thread")
    def thread() -> dict[str, Any]:
        return {"is_main": threading.current_thread() is threading.main_thread()}

    @api.get("/error")
    async def error() -> None:
        raise HTTPException(418, "short and stout")

    client = serve(ASGIContainer(api)).connect()
    assert client.get("/items/3?q=x").body == b'{"number":3,"q":"x"}'
    assert client.get("/items/three").status == 422
    assert client.get("/thread").body == b'{"is_main":false}'
    assert client.get("/error").status == 418
    assert client.get("/missing").status == 404
    assert b"swagger" in client.get("/docs").body


def test_fastapi_takes_an_upload(serve: Any) -> None:
    api = FastAPI()

    @api.post("/")
    async def upload(file: UploadFile, note: str = Form()) -> dict[str, Any]:
        return {"name": file.filename, "size": len(await file.read()), "note": note}

    content = bytes(3 << 20)
    body = (
        b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n'
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
        + content
        + b"\r\n--x--\r\n"
    )
    client = serve(ASGIContainer(api)).connect()
    for _ in range(2):
        client.send(
            b"POST / HTTP/1.1\r\nHost: e\r\nContent-Type: multipart/form-data; boundary=x\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body) + body
        )
        expected = b'{"name":"a.bin","size":3145728,"note":"hello"}'
        assert client.read_response().body == expected


def test_background_tasks_run_after_the_response(serve: Any) -> None:
    api, go_on, done = FastAPI(), threading.Event(), []

    async def work(name: str) -> None:
        await asyncio.to_thread(go_on.wait, PATIENCE)
        done.append(name)

    @api.get("/")
    async def main(tasks: BackgroundTasks) -> dict[str, str]:
        tasks.add_task(work, "first")
        tasks.add_task(done.append, "second")
        return {"answer": "at once"}

    server = serve(ASGIContainer(api))
    client = server.connect()
    assert client.get().body == b'{"answer":"at once"}'
    client.close()  # which cancels nothing
    assert done == []
    go_on.set()
    asyncio.run_coroutine_threadsafe(server.server.drain(PATIENCE, grace=0), server.loop).result()
    assert done == ["first", "second"]


@pytest.mark.parametrize("leaves", [False, True])
def test_a_stream_of_starlette(serve: Any, leaves: bool) -> None:
    ended, begun = threading.Event(), threading.Event()

    async def numbers() -> AsyncIterator[bytes]:
        try:
            for number in range(1_000_000 if leaves else 5):
                yield b"%d " % number
                begun.set()
                await asyncio.sleep(0)
        finally:
            ended.set()

    async def stream(request: Request) -> StreamingResponse:
        return StreamingResponse(numbers(), media_type="text/plain")

    client = serve(ASGIContainer(Starlette(routes=[Route("/", stream)]))).connect()
    client.send(b"GET / HTTP/1.1\r\nHost: e\r\n\r\n")
    assert client.read_head()[0] == 200
    if leaves:
        assert begun.wait(PATIENCE)
        client.close()
    else:
        assert client.read_chunked() == b"0 1 2 3 4 "
    assert ended.wait(PATIENCE)


def test_a_request_tells_that_its_client_has_left(serve: Any) -> None:
    waits, left = threading.Event(), threading.Event()

    async def poll(request: Request) -> PlainTextResponse:
        waits.set()
        while not await request.is_disconnected():  # noqa: ASYNC110 - as its documents do
            await asyncio.sleep(0.01)
        left.set()
        return PlainTextResponse("nobody reads this")

    client = serve(ASGIContainer(Starlette(routes=[Route("/", poll)]))).connect()
    client.send(b"GET / HTTP/1.1\r\nHost: e\r\n\r\n")
    assert waits.wait(PATIENCE)
    client.close()
    assert left.wait(PATIENCE)


def test_a_body_is_streamed_into_a_request(serve: Any) -> None:
    async def count(request: Request) -> PlainTextResponse:
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
        return PlainTextResponse(str(size))

    client = serve(ASGIContainer(Starlette(routes=[Route("/", count, methods=["POST"])]))).connect()
    client.send(b"POST / HTTP/1.1\r\nHost: e\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(50):
        client.send(b"10000\r\n" + bytes(65536) + b"\r\n")
    client.send(b"0\r\n\r\n")
    assert client.read_response().body == str(50 << 16).encode()


def test_middleware_of_both_kinds_is_around_requests(serve: Any) -> None:
    async def add_field(request: Request, call_next: Any) -> Any:
        response = await call_next(request)
        response.headers["x-middleware"] = "1"
        return response

    async def page(request: Request) -> PlainTextResponse:
        return PlainTextResponse("page " * 1000)

    middleware = [
        Middleware(GZipMiddleware),
        Middleware(BaseHTTPMiddleware, dispatch=add_field),
    ]
    application = Starlette(routes=[Route("/", page)], middleware=middleware)
    client = serve(ASGIContainer(application)).connect()
    for _ in range(2):
        response = client.get("/", "Accept-Encoding: gzip\r\n")
        assert response.fields["content-encoding"] == "gzip"
        assert response.fields["x-middleware"] == "1"


def test_files_are_sent_by_their_path(serve: Any, tmp_path: Path) -> None:
    content = bytes(range(256)) * 4096
    (tmp_path / "file.bin").write_bytes(content)

    async def file(request: Request) -> FileResponse:
        return FileResponse(tmp_path / "file.bin")

    application = Starlette(
        routes=[Route("/file", file), Mount("/static", StaticFiles(directory=tmp_path))]
    )
    client = serve(ASGIContainer(application)).connect()
    for path in ("/file", "/static/file.bin"):
        response = client.get(path)
        assert response.body == content
        assert client.get(path, "Range: bytes=5-9\r\n").body == content[5:10]
        unchanged = client.get("/static/file.bin", f"If-None-Match: {response.fields['etag']}\r\n")
        assert unchanged.status == 304
    assert client.get("/static/..%2f..%2fetc/passwd").status == 404


def test_a_lifespan_shares_its_state(serve: Any) -> None:
    events = []

    @asynccontextmanager
    async def lifespan(application: Any) -> AsyncIterator[dict[str, str]]:
        events.append("start")
        yield {"name": "state"}
        events.append("end")

    async def page(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.state.name)

    application = Starlette(routes=[Route("/", page)], lifespan=lifespan)
    server = serve(ASGIContainer(application, lifespan="on"))
    assert server.get().body == b"state"
    server.close()
    assert events == ["start", "end"]


@pytest.mark.parametrize("when", ["before", "between", "after"])
def test_an_exception_is_answered_and_logged(serve: Any, caplog: Any, when: str) -> None:
    def fail() -> None:
        raise KeyError("broken")

    async def pieces() -> AsyncIterator[bytes]:
        yield b"piece"
        raise KeyError("broken")

    async def page(request: Request) -> Any:
        if request.url.path == "/good":
            return PlainTextResponse("good")
        if when == "before":
            raise KeyError("broken")
        if when == "between":
            return StreamingResponse(pieces())
        return PlainTextResponse("text", background=BackgroundTask(fail))

    server = serve(ASGIContainer(Starlette(routes=[Route("/{rest:path}", page)])))
    client = server.connect()
    if when == "between":
        client.send(b"GET / HTTP/1.1\r\nHost: e\r\n\r\n")
        assert not client.read_until_close().endswith(b"0\r\n\r\n")
    else:
        assert client.get().status == (500 if when == "before" else 200)
        assert client.get("/good").body == b"good"
    assert server.get("/good").body == b"good"
    deadline = time.monotonic() + PATIENCE  # it may come after the response, from another thread
    while "KeyError: 'broken'" not in caplog.text and time.monotonic() < deadline:
        time.sleep(0.01)
    assert "KeyError: 'broken'" in caplog.text


def test_websockets_of_fastapi(serve: Any, connect: Any) -> None:
    api = FastAPI()
    ends: list[Any] = []

    @api.websocket("/ws/{name}")
    async def chat(websocket: WebSocket, name: str) -> None:
        await websocket.accept()
        try:
            while True:
                await websocket.send_text(f"{name}: {await websocket.receive_text()}")
        except WebSocketDisconnect as end:
            ends.append(end.code)
            done.set()

    @api.websocket("/closed")
    async def closed(websocket: WebSocket) -> None:
        await websocket.close(1008)

    @api.websocket("/denied")
    async def denied(websocket: WebSocket) -> None:
        await websocket.send_denial_response(PlainTextResponse("sign in", 401))

    done = threading.Event()
    server = serve(ASGIContainer(api))
    peer = connect(server.connect(), "/ws/ann")
    peer.send("hello")
    assert peer.receive() == "ann: hello"
    peer.client.send(peer.connection.close(1001, ""))
    assert done.wait(PATIENCE)
    assert ends == [1001]
    assert connect(server.connect(), "/closed").status == 403
    assert connect(server.connect(), "/denied").status == 401
    assert connect(server.connect(), "/nowhere").status in (403, 404)


def test_fastapi_is_mounted_beside_our_handlers(serve: Any, connect: Any) -> None:
    api = FastAPI()

    @api.get("/hello")
    async def hello(request: Request) -> dict[str, str]:
        return {"hello": str(request.url_for("hello").path)}

    @api.websocket("/ws")
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("from the api")
        await websocket.close()

    class Main(RequestHandler):
        def get(self) -> None:
            self.write("ours")

    server = serve(Application([("/", Main), ("/api/.*", ASGIContainer(api, root_path="/api"))]))
    client = server.connect()
    assert client.get("/").body == b"ours"
    assert client.get("/api/hello").body == b'{"hello":"/api/hello"}'
    assert client.get("/api/openapi.json").status == 200
    assert connect(server.connect(), "/api/ws").receive() == "from the api"
