"""Providers of others as private programs, browsers without a screen, and sites on threads."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import random
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets


def load(name: str) -> Any:
    """Return a module of this folder, which is not a package."""
    known = f"tornado_auth_tests_{name}"
    if known not in sys.modules:
        path = Path(__file__).with_name(f"{name}.py")
        spec = importlib.util.spec_from_file_location(known, path)
        sys.modules[known] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[known])
    return sys.modules[known]


class Site:
    """A running application, on a loop of its own in a thread."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        if not self._started.wait(30):
            raise RuntimeError("the site did not start")

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self.server = HTTPServer(self.application)
        sockets = bind_sockets(0, "127.0.0.1")
        self.port: int = sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.server.add_sockets(sockets)
        self._started.set()
        await self._stop.wait()
        self.server.stop()
        await self.server.close_all_connections()

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function on the loop of the site and return its result, awaited if it can be."""
        future: Future[Any] = Future()

        async def run() -> None:
            try:
                result = function(*arguments)
                if hasattr(result, "__await__"):
                    result = await result
                future.set_result(result)
            except BaseException as error:  # the caller gets it
                future.set_exception(error)

        self.loop.call_soon_threadsafe(lambda: self.loop.create_task(run()))
        return future.result(30)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)


@pytest.fixture
def site() -> Iterator[Callable[..., Site]]:
    """Run applications: ``site(routes, **settings)`` has ``url``, ``application`` and ``call``."""
    from tornado.web import Application

    running: list[Site] = []

    def start(routes: Any, **settings: Any) -> Site:
        running.append(Site(Application(routes, **settings)))
        return running[-1]

    yield start
    for each in running:
        each.close()


@pytest.fixture
def browser() -> Any:
    """A browser."""
    return load("browser").Browser()


@pytest.fixture
def another_browser() -> Any:
    """A browser of somebody else."""
    return load("browser").Browser()


@pytest.fixture
def unused_port() -> Callable[[], int]:
    """Find ports for programs to listen on, outside the range that the system uses itself."""

    def find() -> int:
        while True:
            port = random.randrange(12_000, 32_000)
            with socket.socket() as sock, suppress(OSError):
                sock.bind(("127.0.0.1", port))
                return port

    return find


def _run_provider() -> Iterator[Any]:
    provider = load("node_provider").NodeProvider()
    yield provider
    provider.close()


@pytest.fixture(scope="session")
def node_provider_process() -> Iterator[Any]:
    yield from _run_provider()


@pytest.fixture(scope="session")
def other_node_provider_process() -> Iterator[Any]:
    yield from _run_provider()


@pytest.fixture
def node_provider(node_provider_process: Any) -> Any:
    """npm's oidc-provider: ``configure(clients...)`` it; ``client`` and ``public_client`` make some."""
    node_provider_process.configure()
    node_provider_process.forget()
    return node_provider_process


@pytest.fixture
def other_node_provider(other_node_provider_process: Any) -> Any:
    """A second one, at another issuer."""
    other_node_provider_process.configure()
    other_node_provider_process.forget()
    return other_node_provider_process


@pytest.fixture
def client() -> Callable[..., dict[str, Any]]:
    """Metadata of a client with a secret: ``client("http://127.0.0.1:1234/callback", name=value)``."""
    module = load("node_provider")
    return lambda *addresses, **others: {**module.CLIENT, "redirect_uris": addresses, **others}


@pytest.fixture
def public_client() -> Callable[..., dict[str, Any]]:
    """Metadata of a client without a secret."""
    module = load("node_provider")
    return lambda *addresses, **others: {
        **module.PUBLIC_CLIENT,
        "redirect_uris": addresses,
        **others,
    }


@pytest.fixture(params=["await", "callback", "engine"])
def generation(request: pytest.FixtureRequest) -> str:
    """How the handlers of :func:`oidc_site` are written."""
    return request.param


@pytest.fixture
def oidc_site(site: Any, node_provider: Any, client: Any) -> Callable[..., Any]:
    """Run a site at oidc-provider: ``oidc_site(generation, settings of ours, at=settings of theirs)``."""

    generations = load("signing_in_handlers").GENERATIONS

    def start(
        generation: str = "await",
        made: Any = client,
        *,
        metadata: dict[str, Any] | None = None,
        at: dict[str, Any] | None = None,
        **ours: Any,
    ) -> Any:
        settings = {"cookie_secret": "c" * 40, "asked": {}, "signed_in": [], "ended": []}
        running = site(generations[generation].routes(), **settings)
        registered = made(
            f"{running.url}/login",
            post_logout_redirect_uris=[f"{running.url}/logged-out"],
            backchannel_logout_uri=f"{running.url}/ended",
            backchannel_logout_session_required=True,
            **(metadata or {}),
        )
        node_provider.configure(registered, **(at or {}))
        running.application.settings["oidc"] = {
            "issuer": node_provider.issuer,
            "key": registered["client_id"],
            "secret": registered.get("client_secret"),
            **ours,
        }
        return running

    return start


@pytest.fixture(autouse=True)
def quiet_access_log() -> None:
    logging.getLogger("tornado.access").setLevel(logging.CRITICAL)
