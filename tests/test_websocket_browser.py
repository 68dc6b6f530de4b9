"""Chromium as the client of our websockets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from programs import running, unused_port, write_program
from selenium.webdriver import Chrome

pytestmark = pytest.mark.timeout(180)

SERVER = '''
import asyncio
import json
import ssl
import sys

import tornado.web
from tornado.httpserver import HTTPServer
from tornado.websocket import WebSocketHandler

ends = asyncio.Queue()


class Echo(WebSocketHandler):
    """Sends back what it gets; the query has the options of the compression."""

    def select_subprotocol(self, subprotocols):
        return subprotocols[-1] if subprotocols else None

    def get_compression_options(self):
        return json.loads(self.get_query_argument("compression", "null"))

    def open(self):
        self.write_message(dict(self.request.headers))

    def on_message(self, message):
        if isinstance(message, str) and message.startswith("close "):
            self.close(int(message.split()[1]), message.split(" ", 2)[2] or None)
        elif message == "abort":
            self.ws_connection.abort()
        else:
            self.write_message(message, isinstance(message, bytes))

    def on_close(self):
        ends.put_nowait([self.close_code, self.close_reason])


class Page(tornado.web.RequestHandler):
    def get(self):
        self.write("<title>a page</title>")


class End(tornado.web.RequestHandler):
    """Tells how the last connection has ended."""

    async def get(self):
        self.write(json.dumps(await ends.get()))


async def main(port, certificate):
    options = {}
    if certificate:
        options["ssl_options"] = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        options["ssl_options"].load_cert_chain(certificate)
    application = tornado.web.Application([("/", Page), ("/echo", Echo), ("/end", End)])
    HTTPServer(application, **options).listen(int(port), "127.0.0.1")
    await asyncio.Event().wait()


asyncio.run(main(*sys.argv[1:]))
'''

#: Sends messages one after the other, and tells what came back and how it ended.
TALK = """
const [path, messages, protocols, code, reason] = arguments;
const done = arguments[arguments.length - 1];
const url = location.origin.replace("http", "ws") + path;
const socket = new WebSocket(url, protocols);
const result = {received: []};
socket.binaryType = "arraybuffer";
const send = () => {
    if (messages.length) {
        const message = messages.shift();
        socket.send(Array.isArray(message) ? new Uint8Array(message) : message);
    } else if (code !== null) {
        socket.close(code, reason);
    } else {
        socket.close();
    }
};
socket.onopen = () => {
    result.extensions = socket.extensions;
    result.protocol = socket.protocol;
};
socket.onmessage = (event) => {
    const data = event.data;
    result.received.push(typeof data === "string" ? data : Array.from(new Uint8Array(data)));
    send();
};
socket.onerror = () => { result.error = true; };
socket.onclose = (event) => {
    result.close = [event.code, event.reason, event.wasClean];
    done(result);
};
"""

MESSAGES: list[Any] = [
    "",
    "text with ümläuts and 🎈",
    [],
    list(range(256)),
    "x" * 126,
    "y" * 65_536,
]


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    script = write_program(tmp_path_factory.mktemp("echo"), SERVER)
    number = unused_port()
    with running(script, number, str(number), ""):
        yield number


@pytest.fixture(scope="module")
def secure_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("secure")
    certificate = folder / "certificate.pem"
    trustme.CA().issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(certificate)
    script = write_program(Path(folder), SERVER)
    number = unused_port()
    with running(script, number, str(number), str(certificate)):
        yield number


def talk(
    browser: Chrome,
    path: str = "/echo",
    messages: list[Any] | None = None,
    *,
    protocols: tuple[str, ...] = (),
    code: int | None = None,
    reason: str = "",
) -> dict[str, Any]:
    """Open a websocket from the page that the browser shows; see `TALK`."""
    browser.set_script_timeout(60)
    arguments = path, messages or [], list(protocols), code, reason
    result: dict[str, Any] = browser.execute_async_script(TALK, *arguments)
    return result


def end_of(browser: Chrome) -> list[Any]:
    """Return the close code and the reason that the handler of the last connection has seen."""
    script = "const done = arguments[0]; fetch('/end').then((r) => r.json()).then(done)"
    ended: list[Any] = browser.execute_async_script(script)
    return ended


@pytest.fixture
def page(browser: Chrome, port: int) -> Chrome:
    """The browser, with a page of the server."""
    browser.get(f"http://localhost:{port}/")
    return browser


def test_messages_come_back(page: Chrome) -> None:
    result = talk(page, messages=list(MESSAGES), protocols=("a", "b"))

    fields = json.loads(result["received"].pop(0))
    assert result["received"] == MESSAGES
    assert result["protocol"] == "b"
    assert result["extensions"] == ""
    assert fields["Sec-Websocket-Extensions"] == "permessage-deflate; client_max_window_bits"
    assert fields["Origin"] == f"http://{fields['Host']}"
    assert end_of(page) == [None, None]
    assert result["close"] == [1005, "", True]


def test_a_large_message_comes_back(page: Chrome) -> None:
    message = "".join(f"{number} " for number in range(200_000))
    assert len(message) > 1_000_000

    result = talk(page, "/echo?compression={}", [message])

    assert result["received"][1] == message
    end_of(page)


NO_TAKEOVER = "client_no_context_takeover", "server_no_context_takeover"


@pytest.mark.parametrize(
    ("options", "agreed"),
    [
        ({}, {*NO_TAKEOVER}),
        ({"context_takeover": True, "peer_context_takeover": True}, set()),
        ({"peer_context_takeover": True}, {"server_no_context_takeover"}),
        (
            {"max_window_bits": 9, "peer_max_window_bits": 10},
            {*NO_TAKEOVER, "server_max_window_bits=9", "client_max_window_bits=10"},
        ),
        (
            {"max_window_bits": 8, "peer_max_window_bits": 8},
            {*NO_TAKEOVER, "server_max_window_bits=8", "client_max_window_bits=8"},
        ),
        (
            {"peer_context_takeover": True, "peer_max_window_bits": 8},
            {"server_no_context_takeover", "client_max_window_bits=8"},
        ),
    ],
    ids=str,
)
def test_compression_is_agreed_on(page: Chrome, options: dict[str, Any], agreed: set[str]) -> None:
    path = "/echo?compression=" + json.dumps(options)
    messages = [*MESSAGES, "lorem ipsum " * 10_000, "lorem ipsum " * 10_000, "lorem ipsum"]

    result = talk(page, path, list(messages))

    assert result["received"][1:] == messages
    name, *parameters = result["extensions"].split("; ")
    assert name == "permessage-deflate"
    assert set(parameters) == agreed
    assert result["close"] == [1005, "", True]
    end_of(page)


@pytest.mark.parametrize(("code", "reason"), [(1000, "done"), (3000, "ümläut"), (4999, "")])
def test_close_codes_of_the_browser(page: Chrome, code: int, reason: str) -> None:
    result = talk(page, code=code, reason=reason)

    assert end_of(page) == [code, reason]
    assert result["close"][0] == code
    assert result["close"][2] is True


@pytest.mark.parametrize(
    ("code", "reason"), [(1000, "done"), (1001, ""), (1013, "later"), (4000, "ümläut")]
)
def test_close_codes_of_the_server(page: Chrome, code: int, reason: str) -> None:
    result = talk(page, messages=[f"close {code} {reason}"])

    assert result["close"] == [code, reason, True]
    assert end_of(page)[0] == code


def test_a_connection_that_is_lost(page: Chrome) -> None:
    result = talk(page, messages=["abort"])

    assert result["close"] == [1006, "", False]
    assert end_of(page) == [None, None]


def test_a_page_of_another_origin_is_refused(browser: Chrome, port: int) -> None:
    browser.get(f"http://127.0.0.1:{port}/")
    script = TALK.replace('location.origin.replace("http", "ws")', f'"ws://localhost:{port}"')
    result = browser.execute_async_script(script, "/echo", [], [], None, "")

    assert result["error"] is True
    assert result["close"] == [1006, "", False]


@pytest.mark.parametrize("options", ["null", "{}"], ids=["plain", "compressed"])
def test_over_tls(browser: Chrome, secure_port: int, options: str) -> None:
    browser.execute_cdp_cmd("Security.setIgnoreCertificateErrors", {"ignore": True})
    try:
        browser.get(f"https://localhost:{secure_port}/")
        result = talk(browser, f"/echo?compression={options}", list(MESSAGES), code=4321)
        assert result["received"][1:] == MESSAGES
        assert result["close"][0] == 4321
        assert end_of(browser)[0] == 4321
    finally:
        browser.execute_cdp_cmd("Security.setIgnoreCertificateErrors", {"ignore": False})
