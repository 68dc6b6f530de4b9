"""aiohttp's side, with its C extensions as its wheels bring them."""

from __future__ import annotations

import asyncio

from aiohttp import web
from loop import run
from settings import HOST, KEEP_ALIVE, MAX_BODY, Settings, read_settings


async def hello(request: web.Request) -> web.Response:
    return web.Response(text="Hello, world", content_type="text/html")


async def own_field(request: web.Request) -> web.Response:
    fields = {"X-Request-Kind": "page"}
    return web.Response(text="Hello, world", content_type="text/html", headers=fields)


async def order(request: web.Request) -> web.Response:
    order = await request.json()
    return web.json_response({"accepted": len(order["lines"]), "order": order})


async def item(request: web.Request) -> web.Response:
    return web.Response(text=request.match_info["number"], content_type="text/html")


async def form(request: web.Request) -> web.Response:
    fields = await request.post()
    file = fields["file"]
    size = len(file.file.read())
    return web.Response(text=f"{fields['note']} {file.filename} {size}")


async def stream(request: web.Request) -> web.Response:
    count = 0
    async for chunk in request.content.iter_any():
        count += len(chunk)
    return web.Response(text=str(count))


def make_routes(settings: Settings) -> list[web.AbstractRouteDef]:
    text = settings.large

    async def large(request: web.Request) -> web.Response:
        return web.Response(text=text)

    routes = {
        "hello": lambda: [web.get("/", hello)],
        "own-field": lambda: [web.get("/", own_field)],
        "json": lambda: [web.post("/orders", order)],
        "large": lambda: [web.get("/", large)],
        "routes": lambda: [
            web.get(rf"/item{number}/{{number:[0-9]+}}", item) for number in range(settings.routes)
        ],
        "static": lambda: [web.static("/files", settings.files)],
        "form": lambda: [web.post("/", form)],
        "stream": lambda: [web.post("/", stream)],
    }
    return routes[settings.case]()


async def main(settings: Settings) -> None:
    app = web.Application(client_max_size=MAX_BODY)
    app.add_routes(make_routes(settings))
    runner = web.AppRunner(app, access_log=None, keepalive_timeout=KEEP_ALIVE)
    await runner.setup()
    await web.TCPSite(runner, HOST, settings.port, ssl_context=settings.context).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    settings = read_settings()
    run(main(settings), settings)
