"""Starlette on granian: a server in Rust with one worker process."""

from __future__ import annotations

from granian import Granian
from granian.constants import Interfaces, Loops
from settings import HOST, read_settings
from starlette.applications import Starlette
from starlette_app import make_routes


def make_app() -> Starlette:
    return Starlette(routes=make_routes(read_settings()))


if __name__ == "__main__":
    settings = read_settings()
    Granian(
        "granian_app:make_app",
        factory=True,
        address=HOST,
        port=settings.port,
        interface=Interfaces.ASGI,
        loop=Loops(settings.loop),
        workers=1,
        log_enabled=False,
    ).serve()
