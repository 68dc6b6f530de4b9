"""The opening handshake without a socket (RFC 6455 section 4)."""

from __future__ import annotations

import base64

import pytest

from tornado.httputil import HTTPHeaders
from tornado.websocket.protocol import (
    DeflateSettings,
    HandshakeError,
    MisuseError,
    accept_value,
    check_request,
    check_response,
    new_key,
    request_headers,
    requested_subprotocols,
)


def request(**changes: str | None) -> HTTPHeaders:
    headers = HTTPHeaders(request_headers("dGhlIHNhbXBsZSBub25jZQ=="))
    for name, value in changes.items():
        headers.pop(name.replace("_", "-"), None)
        if value is not None:
            headers[name.replace("_", "-")] = value
    return headers


def response(key: str, **changes: str | None) -> HTTPHeaders:
    headers = HTTPHeaders(
        {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accept_value(key)}
    )
    for name, value in changes.items():
        headers.pop(name.replace("_", "-"), None)
        if value is not None:
            headers[name.replace("_", "-")] = value
    return headers


def test_the_example_of_the_rfc():
    assert check_request("GET", "HTTP/1.1", request()) == "dGhlIHNhbXBsZSBub25jZQ=="
    assert accept_value("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_keys_are_random():
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert {len(base64.b64decode(key)) for key in keys} == {16}


@pytest.mark.parametrize(
    ("method", "version", "changes", "status"),
    [
        ("POST", "HTTP/1.1", {}, 405),
        ("GET", "HTTP/1.0", {}, 400),
        ("GET", "HTTP/1.1", {"Upgrade": None}, 400),
        ("GET", "HTTP/1.1", {"Upgrade": "websockets"}, 400),
        ("GET", "HTTP/1.1", {"Connection": None}, 400),
        ("GET", "HTTP/1.1", {"Connection": "close"}, 400),
        ("GET", "HTTP/1.1", {"Sec_WebSocket_Version": None}, 426),
        ("GET", "HTTP/1.1", {"Sec_WebSocket_Version": "12"}, 426),
        ("GET", "HTTP/1.1", {"Sec_WebSocket_Version": "013"}, 426),
        ("GET", "HTTP/1.1", {"Sec_WebSocket_Key": None}, 400),
        ("GET", "HTTP/1.1", {"Sec_WebSocket_Key": base64.b64encode(bytes(15)).decode()}, 400),
        ("GET", "HTTP/1.1", {"Sec_WebSocket_Key": base64.b64encode(bytes(17)).decode()}, 400),
        ("GET", "HTTP/1.1", {"Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZ!=="}, 400),
        ("GET", "HTTP/1.1", {"Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==,x"}, 400),
    ],
)
def test_s21_what_a_server_refuses(method, version, changes, status):
    with pytest.raises(HandshakeError) as caught:
        check_request(method, version, request(**changes))
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("status", "changes", "text"),
    [
        (200, {}, "status 200"),
        (403, {}, "status 403"),
        (101, {"Upgrade": None}, "Upgrade"),
        (101, {"Upgrade": "h2c"}, "Upgrade"),
        (101, {"Connection": "keep-alive"}, "Connection"),
        (101, {"Sec_WebSocket_Accept": None}, "Sec-WebSocket-Accept"),
        (101, {"Sec_WebSocket_Accept": accept_value("another key")}, "Sec-WebSocket-Accept"),
        (101, {"Sec_WebSocket_Protocol": "c"}, "'c'"),
        (101, {"Sec_WebSocket_Extensions": "permessage-deflate"}, "not offered"),
    ],
)
def test_s21_what_a_client_refuses(status, changes, text):
    key = new_key()
    with pytest.raises(HandshakeError, match=text) as caught:
        check_response(status, response(key, **changes), key=key, subprotocols=["a", "b"])
    assert caught.value.status in (status, 400)


def test_what_a_client_takes():
    key = new_key()
    headers = response(
        key,
        Upgrade="WebSocket",
        Connection="keep-alive, upgrade",
        Sec_WebSocket_Protocol="b",
        Sec_WebSocket_Extensions="permessage-deflate; server_no_context_takeover",
    )
    chosen, agreement = check_response(
        101, headers, key=key, subprotocols=["a", "b"], deflate=DeflateSettings()
    )
    assert chosen == "b"
    assert agreement is not None


def test_subprotocols():
    headers = HTTPHeaders(request_headers("key", subprotocols=["chat.v2", "chat.v1"]))
    assert requested_subprotocols(headers) == ["chat.v2", "chat.v1"]
    assert requested_subprotocols(HTTPHeaders()) == []
    headers.add("Sec-WebSocket-Protocol", "chat.v0,,")
    assert requested_subprotocols(headers) == ["chat.v2", "chat.v1", "chat.v0"]
    with pytest.raises(MisuseError, match="twice"):
        request_headers("key", subprotocols=["a", "a"])
