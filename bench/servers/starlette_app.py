"""Starlette's side: `async def` endpoints, no middleware."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settings import Settings, read_settings
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from starlette.requests import Request


async def hello(request: Request) -> Response:
    return HTMLResponse("Hello, world")


async def own_field(request: Request) -> Response:
    return HTMLResponse("Hello, world", headers={"X-Request-Kind": "page"})


async def order(request: Request) -> Response:
    order = await request.json()
    return JSONResponse({"accepted": len(order["lines"]), "order": order})


async def item(request: Request) -> Response:
    return HTMLResponse(str(request.path_params["number"]))


async def form(request: Request) -> Response:
    fields = await request.form()
    file = fields["file"]
    size = len(await file.read())
    return PlainTextResponse(f"{fields['note']} {file.filename} {size}")


async def stream(request: Request) -> Response:
    count = 0
    async for chunk in request.stream():
        count += len(chunk)
    return PlainTextResponse(str(count))


def make_routes(settings: Settings) -> list[BaseRoute]:
    text = settings.large

    async def large(request: Request) -> Response:
        return PlainTextResponse(text)

    routes = {
        "hello": lambda: [Route("/", hello)],
        "own-field": lambda: [Route("/", own_field)],
        "json": lambda: [Route("/orders", order, methods=["POST"])],
        "large": lambda: [Route("/", large)],
        "routes": lambda: [
            Route(f"/item{number}/{{number:int}}", item) for number in range(settings.routes)
        ],
        "static": lambda: [Mount("/files", StaticFiles(directory=settings.files))],
        "form": lambda: [Route("/", form, methods=["POST"])],
        "stream": lambda: [Route("/", stream, methods=["POST"])],
    }
    return routes[settings.case]()


if __name__ == "__main__":
    from uvicorn_run import run  # granian serves this application, too, without uvicorn

    settings = read_settings()
    run(Starlette(routes=make_routes(settings)), settings)
