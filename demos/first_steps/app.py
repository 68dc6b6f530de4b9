"""A small site made of the documents' examples.

Run it with ``python demos/first_steps/app.py`` and open the address that it prints.
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import secrets
import sys
from pathlib import Path
from typing import Any

import handlers
import uimodules
from guestbook import Guestbook

import tornado.locale
import tornado.web
from tornado.httpserver import HTTPServer
from tornado.log import enable_pretty_logging
from tornado.netutil import bind_sockets

HERE = Path(__file__).resolve().parent


def make_application(**settings: Any) -> tornado.web.Application:
    """Make the site; ``settings`` override those of the demo."""
    tornado.locale.load_translations(str(HERE / "locale"))
    defaults = {
        # Everybody is signed out when the demo restarts; a real site keeps its secret.
        "cookie_secret": secrets.token_urlsafe(32),
        "default_handler_class": handlers.MissingHandler,
        "guestbook": Guestbook(),
        "login_url": "/sign-in",
        "static_path": str(HERE / "static"),
        "template_path": str(HERE / "templates"),
        "ui_modules": uimodules,
        "xsrf_cookies": True,
    }
    return tornado.web.Application(
        [
            (r"/", handlers.HomeHandler),
            (r"/entries", handlers.EntriesHandler),
            (r"/form", handlers.FormHandler),
            (r"/hello", handlers.HelloHandler),
            (r"/language", handlers.LanguageHandler),
            (r"/old", tornado.web.RedirectHandler, {"url": "/story/1", "permanent": False}),
            (r"/secret", handlers.SecretHandler),
            (r"/sign-in", handlers.SignInHandler),
            (r"/sign-out", handlers.SignOutHandler),
            (r"/story/([0-9]+)", handlers.StoryHandler),
            (r"/upload", handlers.UploadHandler),
            (r"/waiting", handlers.WaitingHandler),
        ],
        **{**defaults, **settings},
    )


async def serve(port: int, address: str, debug: bool) -> None:
    """Serve the site until the program is interrupted."""
    sockets = bind_sockets(port, address)
    server = HTTPServer(make_application(debug=debug), max_body_size=10 * 1024 * 1024)
    server.add_sockets(sockets)
    bound_port = sockets[0].getsockname()[1]  # port 0 means any free one
    host = f"[{address}]" if ":" in address else address
    print(f"Open http://{host}:{bound_port}/ (Ctrl-C ends)", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        server.stop()
        await server.close_all_connections()


def port_number(text: str) -> int:
    """Parse a port of the command line."""
    if not 0 <= int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 65535")
    return int(text)


def main() -> None:
    """Parse the command line, and serve."""
    parser = argparse.ArgumentParser(description="Serve the documents' examples as a small site.")
    parser.add_argument(
        "--port", type=port_number, default=8888, help="the port (default: %(default)s)"
    )
    parser.add_argument("--address", default="127.0.0.1", help="the address (default: %(default)s)")
    parser.add_argument("--debug", action="store_true", help="restart when a file changes")
    options = parser.parse_args()
    enable_pretty_logging()
    try:
        asyncio.run(serve(options.port, options.address, options.debug))
    except KeyboardInterrupt:
        pass  # how to end it
    except OSError as error:
        hint = " (--port chooses another one)" if error.errno == errno.EADDRINUSE else ""
        sys.exit(f"{error.strerror}{hint}")


if __name__ == "__main__":
    main()
