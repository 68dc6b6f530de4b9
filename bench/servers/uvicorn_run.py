"""Run an ASGI application on uvicorn, the same way for all of them."""

from __future__ import annotations

from typing import Any

import uvicorn
from settings import HOST, KEEP_ALIVE, Settings


def run(app: Any, settings: Settings) -> None:
    uvicorn.run(
        app,
        host=HOST,
        port=settings.port,
        loop=settings.loop,
        http="httptools",
        ws="none",
        lifespan="auto",
        access_log=False,
        log_level="warning",
        timeout_keep_alive=KEEP_ALIVE,
        ssl_certfile=settings.certificate if settings.tls else None,
        ssl_keyfile=settings.key if settings.tls else None,
    )
