"""Applications of other kinds, made with real frameworks."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

Serve = Callable[..., Any]

STARLETTE = """\
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route


@asynccontextmanager
async def lifespan(app):
    print("lifespan began", flush=True)
    yield {"word": "hello"}
    print("lifespan ended", flush=True)


def page(request):
    return PlainTextResponse(f"{request.state.word} {request.url.scheme} {request.client.host}")


app = Starlette(routes=[Route("/", page)], lifespan=lifespan)
"""

FLASK = """\
import threading

from flask import Flask, request

app = Flask(__name__)
both = threading.Barrier(2)


@app.get("/")
def page():
    return f"hello {request.scheme} {request.remote_addr}"


@app.get("/meet")
def meet():
    both.wait(20)
    return "met"
"""


def test_starlette_is_served_with_its_lifespan(serve: Serve, write: Any) -> None:
    write("star.py", STARLETTE)
    server = serve("star:app", "--port", "0", "--processes", "2")

    assert server.get() == (200, "hello http 127.0.0.1")
    assert server.end() == 0
    assert server.log.count("lifespan began") == 2
    assert server.log.count("lifespan ended") == 2


def test_flask_is_served_in_threads(serve: Serve, write: Any) -> None:
    write("flasked.py", FLASK)
    server = serve("flasked:app", "--port", "0")

    assert server.get() == (200, "hello http 127.0.0.1")
    with ThreadPoolExecutor(2) as clients:
        assert list(clients.map(server.get, ["/meet"] * 2)) == [(200, "met")] * 2
    assert server.end() == 0


@pytest.mark.slow
@pytest.mark.parametrize(("module", "text"), [("star", STARLETTE), ("flasked", FLASK)])
def test_forwarded_fields_of_a_trusted_proxy_are_believed(
    serve: Serve, write: Any, module: str, text: str
) -> None:
    write(f"{module}.py", text)
    server = serve(f"{module}:app", "--port", "0", "--xheaders")
    fields = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}

    assert server.get("/", **fields) == (200, "hello https 192.0.2.7")


@pytest.mark.slow
@pytest.mark.parametrize(("module", "text"), [("star", STARLETTE), ("flasked", FLASK)])
def test_requests_are_in_the_access_log(serve: Serve, write: Any, module: str, text: str) -> None:
    write(f"{module}.py", text)
    server = serve(f"{module}:app", "--port", "0")
    server.get("/?q=1")
    assert server.end() == 0

    assert re.search(r"200 GET /\?q=1 \(127\.0\.0\.1\)", server.log)


@pytest.mark.slow
def test_the_kind_can_be_said_where_it_cannot_be_seen(serve: Serve, write: Any) -> None:
    write(
        "wrapped.py",
        """\
        def app(*args):
            environ, start_response = args
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"wrapped"]
        """,
    )
    unsaid = serve("wrapped:app", "--port", "0", ready=False)
    assert unsaid.process.wait(30) == 1
    assert "cannot tell what 'wrapped:app' is: say so by --kind" in unsaid.log

    server = serve("wrapped:app", "--port", "0", "--kind", "wsgi", "--threads", "0")
    assert server.get() == (200, "wrapped")
    assert server.end() == 0
