"""Sanic's side, on its own server in one process.

Sanic sends no Date, which the case requires (RFC 9110 section 6.6.1), so it is added here.
"""

from __future__ import annotations

from email.utils import formatdate
from time import monotonic

from sanic import HTTPResponse, Request, Sanic, html, json
from settings import HOST, KEEP_ALIVE, Settings, read_settings


class Dated(dict[str, str]):
    """Response fields with the date of this second."""

    until = 0.0

    def now(self) -> dict[str, str]:
        if monotonic() >= self.until:
            self.until = monotonic() + 1
            self["Date"] = formatdate(usegmt=True)
        return self


DATED = Dated()


async def hello(request: Request) -> HTTPResponse:
    return html("Hello, world", headers=DATED.now())


async def own_field(request: Request) -> HTTPResponse:
    return html("Hello, world", headers={**DATED.now(), "X-Request-Kind": "page"})


async def order(request: Request) -> HTTPResponse:
    order = request.json
    return json({"accepted": len(order["lines"]), "order": order}, headers=DATED.now())


def make_app(settings: Settings) -> Sanic:
    app = Sanic("bench", configure_logging=False)
    app.config.KEEP_ALIVE_TIMEOUT = KEEP_ALIVE
    app.config.USE_UVLOOP = settings.loop == "uvloop"
    if settings.case == "hello":
        app.add_route(hello, "/")
    elif settings.case == "own-field":
        app.add_route(own_field, "/")
    else:
        app.add_route(order, "/orders", methods=["POST"])
    return app


if __name__ == "__main__":
    settings = read_settings()
    make_app(settings).run(
        HOST, settings.port, single_process=True, access_log=False, motd=False, debug=False
    )
