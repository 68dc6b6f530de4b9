"""Flask's hello on one WSGI server: ``wsgi_servers.py SERVER APPLICATION``. It prints its port.

Each server has eight threads in one process, whose CPU time is measured: gunicorn's worker runs without
its master.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

_THREADS = 8


def make_flask() -> Any:
    """Return Flask with one function."""
    import flask

    app = flask.Flask("hello")
    app.add_url_rule("/", "hello", lambda: "Hello, world")
    return app


def raw(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answer without a framework."""
    fields = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", "12")]
    start_response("200 OK", fields)
    return [b"Hello, world"]


class Blocking:
    """An application whose requests to ``/block`` wait until one to ``/release`` comes."""

    def __init__(self) -> None:
        self._released = threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        """Wait, or let the others go."""
        if environ["PATH_INFO"] == "/release":
            released, self._released = self._released, threading.Event()
            released.set()
        else:
            self._released.wait(120)
        return raw(environ, start_response)


def _serve_by_tornado(application: Any, listener: socket.socket, threads: int | None) -> None:
    import uvloop

    from tornado.httpserver import HTTPServer
    from tornado.wsgi import WSGIContainer

    async def serve() -> None:
        executor = ThreadPoolExecutor(threads) if threads else None
        listener.setblocking(False)
        HTTPServer(WSGIContainer(application, executor)).add_socket(listener)
        await asyncio.Event().wait()

    logging.getLogger("tornado.access").setLevel(logging.CRITICAL)
    uvloop.run(serve())


def _serve_beside_websockets(application: Any, listener: socket.socket) -> None:
    import uvloop

    from tornado.web import Application
    from tornado.websocket import WebSocketHandler
    from tornado.wsgi import WSGIContainer

    class Echo(WebSocketHandler):
        def on_message(self, message: str | bytes) -> None:
            self.write_message(message)

    async def serve() -> None:
        from tornado.httpserver import HTTPServer

        container = WSGIContainer(application, ThreadPoolExecutor(40))
        listener.setblocking(False)
        HTTPServer(Application([("/live", Echo), (".*", container)])).add_socket(listener)
        await asyncio.Event().wait()

    logging.getLogger("tornado.access").setLevel(logging.CRITICAL)
    uvloop.run(serve())


def _serve_by_waitress(application: Any, listener: socket.socket) -> None:
    import waitress

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # of busy threads, as they are here

    waitress.serve(
        application,
        sockets=[listener],
        threads=_THREADS,
        connection_limit=1000,
        channel_timeout=600,
        _quiet=True,
    )


def _serve_by_gunicorn(application: Any, listener: socket.socket) -> None:
    from gunicorn.config import Config
    from gunicorn.glogging import Logger
    from gunicorn.sock import TCPSocket
    from gunicorn.workers.gthread import ThreadWorker

    class App:
        def wsgi(self) -> Any:
            return application

    config = Config()
    config.set("threads", _THREADS)
    config.set("worker_class", "gthread")
    config.set("keepalive", 600)
    config.set("bind", "127.0.0.1:0")
    log = Logger(config)
    sock = TCPSocket(listener.getsockname(), config, log, fd=os.dup(listener.fileno()))
    worker = ThreadWorker(1, os.getppid(), [sock], App(), 60, config, log)
    worker.init_process()


def main() -> None:
    """Serve until the program is ended."""
    _, server, name = sys.argv
    application = {"flask": make_flask, "raw": lambda: raw, "blocking": Blocking}[name]()
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(listener.getsockname()[1], flush=True)
    if server.startswith("tornado"):
        threads = None if server == "tornado-loop" else _THREADS
        _serve_by_tornado(application, listener, threads)
        return
    serve = {
        "beside": _serve_beside_websockets,
        "gunicorn": _serve_by_gunicorn,
        "waitress": _serve_by_waitress,
    }
    serve[server](application, listener)


if __name__ == "__main__":
    main()
