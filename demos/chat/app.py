"""A chat with several rooms, over websockets and long polling.

Run it with ``python demos/chat/app.py`` and open the address that it prints. With
``--redis=redis://localhost:6379`` any number of processes, on any number of machines, are one chat.
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import os
import re
import sys
from pathlib import Path
from typing import Any

import handlers
import polling
import sockets
import uimodules
from limits import RateLimit
from news import TEMPLATES
from stores import MemoryStore, Store

import tornado.web
from tornado.httpserver import HTTPServer
from tornado.log import enable_pretty_logging
from tornado.netutil import bind_sockets

HERE = Path(__file__).resolve().parent


def make_application(store: Store, secret: str, **settings: Any) -> tornado.web.Application:
    """Make the chat; ``settings`` override those of the demo."""
    for room in store.rooms.values():
        room.on_news = sockets.tell_room
    defaults = {
        "cookie_secret": secret,
        "default_handler_class": handlers.MissingHandler,
        "login_url": "/sign-in",
        "rate_limit": RateLimit(rate=5, burst=20),
        "static_path": str(HERE / "static"),
        "store": store,
        "template_path": str(TEMPLATES),
        "ui_modules": uimodules,
        "websocket_max_message_size": 32 * 1024,
        "websocket_max_unsent": 4 * 1024 * 1024,  # then it is closed, comes back and gets the gap
        "websocket_ping_interval": 20,
        "xsrf_cookies": True,
    }
    return tornado.web.Application(
        [
            (r"/", handlers.RoomHandler),
            (r"/room/([a-z0-9-]+)", handlers.RoomHandler),
            (r"/sign-in", handlers.SignInHandler),
            (r"/sign-out", handlers.SignOutHandler),
            (r"/a/message/new", polling.MessageNewHandler),
            (r"/a/message/updates", polling.MessageUpdatesHandler),
            (r"/a/socket", sockets.SocketHandler),
        ],
        **{**defaults, **settings},
    )


def make_store(options: argparse.Namespace) -> Store:
    """Make the store that the command line asks for."""
    if options.redis is None:
        return MemoryStore(options.rooms)
    from redis_store import RedisStore  # needs redis-py

    return RedisStore(options.rooms, options.redis, options.max_waiting)


async def serve(options: argparse.Namespace) -> None:
    """Serve the chat until the program is interrupted."""
    listening = bind_sockets(options.port, options.address)
    store = make_store(options)
    secret = os.environ.get("CHAT_SECRET") or await store.secret()
    await store.start()
    limit = RateLimit(options.rate, burst=max(1, round(4 * options.rate)))
    application = make_application(store, secret, debug=options.debug, rate_limit=limit)
    server = HTTPServer(application, max_body_size=128 * 1024, xheaders=options.xheaders)
    server.add_sockets(listening)
    port = listening[0].getsockname()[1]  # port 0 means any free one
    host = f"[{options.address}]" if ":" in options.address else options.address
    print(f"Open http://{host}:{port}/ (Ctrl-C ends)", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        server.stop()
        await store.close()
        await server.close_all_connections()


def port_number(text: str) -> int:
    """Parse a port of the command line."""
    if not 0 <= int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 65535")
    return int(text)


def room_names(text: str) -> list[str]:
    """Parse the names of rooms."""
    names = text.split(",")
    for name in names:
        if not re.fullmatch(r"[a-z0-9-]{1,30}", name):
            raise argparse.ArgumentTypeError(f"{name!r} is not made of a-z, 0-9 and -")
    return names


def parse_command_line() -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(description="Serve a chat.")
    add = parser.add_argument
    add("--port", type=port_number, default=8888, help="the port (default: %(default)s)")
    add("--address", default="127.0.0.1", help="the address (default: %(default)s)")
    add(
        "--rooms", type=room_names, default=["lobby", "kitchen", "workshop"], help="comma-separated"
    )
    add("--redis", metavar="URL", help="share the chat with other processes by this Redis")
    add("--max-waiting", type=int, default=1000, help="messages kept while Redis is away")
    add("--rate", type=float, default=5, help="messages a second from one name, or address")
    add("--xheaders", action="store_true", help="a proxy says where requests come from")
    add("--debug", action="store_true", help="restart when a file changes")
    return parser.parse_args()


def main() -> None:
    """Parse the command line, and serve."""
    options = parse_command_line()
    enable_pretty_logging()
    try:
        asyncio.run(serve(options))
    except KeyboardInterrupt:
        pass  # how to end it
    except ModuleNotFoundError as error:
        sys.exit(f"{error}: pip install -r demos/chat/requirements.txt")
    except OSError as error:
        hint = " (--port chooses another one)" if error.errno == errno.EADDRINUSE else ""
        sys.exit(f"{error.strerror}{hint}")


if __name__ == "__main__":
    main()
