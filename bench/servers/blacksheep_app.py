"""BlackSheep's side, on uvicorn, with its C extensions as its wheels bring them."""

from __future__ import annotations

from blacksheep import Application, Request, Response, get, html, json, post
from settings import Settings, read_settings
from uvicorn_run import run


async def hello(request: Request) -> Response:
    return html("Hello, world")


async def own_field(request: Request) -> Response:
    response = html("Hello, world")
    response.add_header(b"X-Request-Kind", b"page")
    return response


async def order(request: Request) -> Response:
    order = await request.json()
    return json({"accepted": len(order["lines"]), "order": order})


def make_app(settings: Settings) -> Application:
    routes = {
        "hello": (get("/"), hello),
        "own-field": (get("/"), own_field),
        "json": (post("/orders"), order),
    }
    app = Application()
    register, handler = routes[settings.case]
    register(handler)
    return app


if __name__ == "__main__":
    settings = read_settings()
    run(make_app(settings), settings)
