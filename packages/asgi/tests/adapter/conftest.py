"""Our applications under the servers of other projects, each on a thread of its own."""

from __future__ import annotations

import asyncio
import gc
import importlib.util
import logging
import socket
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tornado.asgi import ASGIAdapter
from tornado.web import Application


def _load(name: str) -> ModuleType:
    known = f"asgi_tests_{name}"
    if known not in sys.modules:
        path = Path(__file__).parent.parent / "other_servers" / f"{name}.py"
        spec: Any = importlib.util.spec_from_file_location(known, path)
        module = sys.modules[known] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[known]


servers = _load("servers")
PATIENCE = servers.PATIENCE


class Running:
    """An application that is served."""

    def __init__(self, serving: Any, application: Any) -> None:
        self._serving = serving
        self._application = application
        self._started = threading.Event()
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        if not self._started.wait(PATIENCE):
            raise RuntimeError("the server did not start")
        if self._fault is not None:
            raise self._fault

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._fault = error
        finally:
            self._listener.close()  # a server that exits leaves it behind
            self._started.set()

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        async with self._serving(self._application, self._listener):
            self._started.set()
            await self._stop.wait()

    def close(self) -> None:
        """Stop the server.

        :raises Exception: what has ended the server.
        """
        if self._thread.is_alive():
            self.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENCE)
        with warnings.catch_warnings():  # some servers leave transports behind
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
        if self._fault is not None:
            raise self._fault


#: Quick runs have one server, all others are slow.
EVERY_SERVER = [
    pytest.param(name, marks=() if name == "uvicorn" else pytest.mark.slow)
    for name in servers.SERVERS
]


@pytest.fixture(params=EVERY_SERVER)
def server(request: pytest.FixtureRequest) -> str:
    """The name of a server; a test that asks for it runs once for each."""
    return request.param


@pytest.fixture
def run(server: str) -> Iterator[Callable[..., Running]]:
    """Serve: ``run(handlers, **settings)``, or ``run(asgi=application)``."""
    running: list[Running] = []

    def start(handlers: Any = None, *, asgi: Any = None, **settings: Any) -> Running:
        limits = settings.pop("limits", {})
        if asgi is None:
            asgi = ASGIAdapter(Application(handlers, **settings), **limits)
        running.append(Running(servers.SERVERS[server], asgi))
        return running[-1]

    yield start
    for each in running:
        each.close()


@pytest.fixture(autouse=True)
def quiet_access_log() -> None:
    logging.getLogger("tornado.access").setLevel(logging.CRITICAL)
