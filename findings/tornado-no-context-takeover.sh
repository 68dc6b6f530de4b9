#!/usr/bin/env bash
# A client that asks a websocket server to compress each message on its own.
#
# Versions: tornado 6.6.1, websockets 17.4 (PyPI).
# Behaviour: the server agrees to permessage-deflate but leaves `server_no_context_takeover` out of
#   its answer and keeps its compressor from message to message. The client of websockets then ends
#   the handshake. The window sizes, which are parameters of the same kind, are answered and kept.
# Why it surprises: RFC 7692 section 7.1.1.1 lets a server accept an offer with this parameter by
#   answering it, or decline the whole offer. A client with a small memory asks for it because it
#   keeps nothing between messages, and cannot read the second one.
# Output seen on 29 November 2026:
#   (no parameter): connected
#   server_no_context_takeover: NegotiationError
#   server_max_window_bits=10: connected
#   client_max_window_bits=10: connected
# Exits with 1 if any of this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    tornado==6.6.1 websockets==17.4 2>/dev/null
"$folder/venv/bin/python" - <<'PYTHON'
import asyncio
import sys

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketHandler
from websockets.asyncio.client import connect
from websockets.exceptions import NegotiationError
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

OFFERS = (
    ({}, "connected"),
    ({"server_no_context_takeover": True}, "NegotiationError"),
    ({"server_max_window_bits": 10}, "connected"),
    ({"client_max_window_bits": 10}, "connected"),
)


class Echo(WebSocketHandler):
    def get_compression_options(self):
        return {}

    def on_message(self, message):
        self.write_message(message)


async def outcome_of(port, offer):
    extensions = [ClientPerMessageDeflateFactory(**offer)]
    address = f"ws://127.0.0.1:{port}/"
    try:
        async with connect(address, extensions=extensions, compression=None) as client:
            await client.send("hello")
            await client.recv()
    except NegotiationError as error:
        return type(error).__name__
    return "connected"


async def main():
    sockets = bind_sockets(0, "127.0.0.1")
    HTTPServer(Application([("/", Echo)])).add_sockets(sockets)
    port = sockets[0].getsockname()[1]
    changed = False
    for offer, expected in OFFERS:
        outcome = await outcome_of(port, offer)
        name = ", ".join(k if v is True else f"{k}={v}" for k, v in offer.items())
        print(f"{name or '(no parameter)'}: {outcome}")
        changed = changed or outcome != expected
    return changed


sys.exit(asyncio.run(main()))
PYTHON
