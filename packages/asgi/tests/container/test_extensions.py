"""The extensions of ASGI that our server offers."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from tornado.asgi import ASGIContainer

PATIENCE = 30

START: dict[str, Any] = {"type": "http.response.start", "status": 200}


def contain(application: Any, **options: Any) -> ASGIContainer:
    return ASGIContainer(application, lifespan="off", **options)


def playing(*messages: Any, **options: Any) -> ASGIContainer:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    return contain(application, **options)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file that does not fit into the buffers of a socket."""
    file = tmp_path / "file.bin"
    file.write_bytes(os.urandom(1 << 20) * 8)
    return file


# Files.


def test_a_file_is_sent_by_its_path(serve: Any, file: Path) -> None:
    client = serve(playing(START, {"type": "http.response.pathsend", "path": str(file)})).connect()
    for _ in range(2):
        response = client.get()
        assert response.fields["content-length"] == str(8 << 20)
        assert response.body == file.read_bytes()


def test_a_head_request_for_a_path_has_no_body(serve: Any, file: Path) -> None:
    client = serve(playing(START, {"type": "http.response.pathsend", "path": str(file)})).connect()
    client.send(b"HEAD / HTTP/1.1\r\nHost: e\r\n\r\n")
    assert client.read_head()[1]["content-length"] == str(8 << 20)
    assert client.get().body == file.read_bytes()


def test_s17_only_regular_files_are_sent(serve: Any, tmp_path: Path, caplog: Any) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    paths = {fifo: "only regular files", tmp_path: "Is a directory", "file.bin": "is absolute"}
    for path, logged in paths.items():
        message = {"type": "http.response.pathsend", "path": str(path)}
        assert serve(playing(START, message)).get().status == 500
        assert logged in caplog.text


def test_a_path_that_does_not_exist_is_the_applications_error(
    serve: Any, tmp_path: Path, caplog: Any
) -> None:
    message = {"type": "http.response.pathsend", "path": str(tmp_path / "no")}
    client = serve(playing(START, message)).connect()
    assert client.get().status == 500
    assert client.get().status == 500
    assert "FileNotFoundError" in caplog.text


def test_a_file_is_sent_by_its_descriptor(serve: Any, file: Path) -> None:
    content = file.read_bytes()
    with file.open("rb") as opened:

        async def application(scope: Any, receive: Any, send: Any) -> None:
            opened.seek(10)
            kind = "http.response.zerocopysend"
            await send(START)
            await send({"type": "http.response.body", "body": b"<", "more_body": True})
            await send({"type": kind, "file": opened, "count": 5, "more_body": True})
            await send({"type": kind, "file": opened.fileno(), "offset": 100, "more_body": True})
            await send({"type": kind, "file": opened.fileno(), "count": 3})

        client = serve(contain(application)).connect()
        for _ in range(2):
            expected = b"<" + content[10:15] + content[100:] + content[15:18]
            assert client.get().body == expected
            assert not opened.closed


def test_a_part_of_a_file_has_its_length(serve: Any, file: Path) -> None:
    with file.open("rb") as opened:
        message = {"type": "http.response.zerocopysend", "file": opened, "offset": 5, "count": 7}
        response = serve(playing(START, message)).get()
    assert response.fields["content-length"] == "7"
    assert response.body == file.read_bytes()[5:12]


def test_more_than_there_is_of_a_file_is_an_error(serve: Any, file: Path, caplog: Any) -> None:
    with file.open("rb") as opened:
        message = {
            "type": "http.response.zerocopysend",
            "file": opened,
            "offset": 8 << 20,
            "count": 1,
        }
        assert serve(playing(START, message)).get().status == 500
    assert "1 bytes are to be sent of a file that has 0 more" in caplog.text


@pytest.mark.parametrize("name", ["offset", "count"])
def test_s16_a_negative_part_of_a_file_is_an_error(
    serve: Any, file: Path, caplog: Any, name: str
) -> None:
    with file.open("rb") as opened:
        message = {"type": "http.response.zerocopysend", "file": opened, name: -1}
        client = serve(playing(START, message)).connect()
        assert client.get().status == 500
        assert client.get().status == 500
    assert f"the {name} of a part of a file is 0 or more, not -1" in caplog.text


@pytest.mark.parametrize("length", [b"5", b"9999999999"])
def test_s16_a_file_of_another_length_than_announced_is_not_sent(
    serve: Any, file: Path, caplog: Any, length: bytes
) -> None:
    start = {**START, "headers": [(b"content-length", length)]}
    client = serve(playing(start, {"type": "http.response.pathsend", "path": str(file)})).connect()
    assert client.get().status == 500
    assert client.get().status == 500
    assert f"its Content-Length is {length.decode()}" in caplog.text


# Early hints.

HINT = {"type": "http.response.early_hint", "links": [b"</a.css>; rel=preload", b"</b.js>"]}
BODY = {"type": "http.response.body", "body": b"body"}


@pytest.mark.parametrize("messages", [(HINT, START, BODY), (START, HINT, BODY)])
def test_early_hints_come_before_the_response(serve: Any, messages: Any) -> None:
    client = serve(playing(*messages, early_hints=True)).connect()
    client.send(b"GET / HTTP/1.1\r\nHost: e\r\n\r\n")
    status, fields = client.read_head()
    assert status == 103
    assert fields == {"link": "</a.css>; rel=preload, </b.js>"}
    assert client.read_response().body == b"body"


@pytest.mark.parametrize("enabled", [False, True])
@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_early_hints_are_offered_where_they_can_be_taken(
    serve: Any, enabled: bool, version: str
) -> None:
    offers = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        offers.append("http.response.early_hint" in scope["extensions"])
        for message in (HINT, START, BODY):
            await send(message)

    client = serve(contain(application, early_hints=enabled)).connect()
    client.send(f"GET / HTTP/{version}\r\nHost: e\r\nConnection: close\r\n\r\n".encode())
    data = client.read_until_close()
    is_offered = enabled and version == "1.1"
    assert offers == [is_offered]
    assert data.startswith(b"HTTP/1.1 103" if is_offered else b"HTTP/1.1 200")


def test_s14_an_early_hint_with_a_line_end_is_refused(serve: Any, caplog: Any) -> None:
    hint = {**HINT, "links": [b"</a>\r\nx: y"]}
    assert serve(playing(hint, START, BODY, early_hints=True)).get().status == 500
    assert "control characters" in caplog.text


# Trailers.

TRAILED = {
    **START,
    "trailers": True,
    "headers": [(b"trailer", b"x-sum"), (b"content-length", b"4")],
}
TRAILERS = {"type": "http.response.trailers", "headers": [(b"x-sum", b"1234")]}


def trailing(client: Any, fields: str) -> bytes:
    client.send(f"GET / HTTP/1.1\r\nHost: e\r\nConnection: close\r\n{fields}\r\n".encode())
    data: bytes = client.read_until_close().partition(b"\r\n\r\n")[2]
    return data


def test_trailers_come_after_the_body(serve: Any) -> None:
    more = {**TRAILERS, "headers": [(b"x-two", b"2")]}
    container = playing(TRAILED, BODY, {**TRAILERS, "more_trailers": True}, more)
    body = trailing(serve(container).connect(), "TE: trailers\r\n")
    assert body == b"4\r\nbody\r\n0\r\nX-Sum: 1234\r\nX-Two: 2\r\n\r\n"


def test_a_client_that_does_not_take_trailers_gets_none(serve: Any) -> None:
    body = trailing(serve(playing(TRAILED, BODY, TRAILERS)).connect(), "")
    assert body == b"4\r\nbody\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("field", "is_offered"),
    [
        ("", False),
        ("TE: trailers\r\n", True),
        ("TE: gzip;q=1, Trailers\r\n", True),
        ("TE: gzip\r\n", False),
    ],
)
def test_trailers_are_offered_to_clients_that_take_them(
    serve: Any, field: str, is_offered: bool
) -> None:
    offers = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        offers.append("http.response.trailers" in scope["extensions"])
        await send(START)
        await send(BODY)

    serve(contain(application)).get("/", field)
    assert offers == [is_offered]


@pytest.mark.parametrize(
    "name", [b"content-length", b"authorization", b"transfer-encoding", b"host"]
)
def test_s3_trailers_cannot_frame_route_or_authenticate(
    serve: Any, caplog: Any, name: bytes
) -> None:
    container = playing(TRAILED, BODY, {**TRAILERS, "headers": [(name, b"1")]})
    body = trailing(serve(container).connect(), "TE: trailers\r\n")
    assert body in {b"4\r\nbody\r\n", b"4\r\nbody\r\n0\r\n\r\n"}
    assert name.title() not in body
    assert "must not come after the body" in caplog.text or name == b"transfer-encoding"


# TLS.


@pytest.fixture
def authority() -> Any:
    return trustme.CA()


def tls_scope(serve: Any, authority: Any, with_certificate: bool) -> Any:
    scopes = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)
        await send({**START, "headers": [(b"content-length", b"4")]})
        await send(BODY)

    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(server_side)
    authority.configure_trust(server_side)
    server_side.verify_mode = ssl.CERT_OPTIONAL
    client_side = ssl.create_default_context()
    authority.configure_trust(client_side)
    if with_certificate:
        leaf = authority.issue_cert("ann@example.org", common_name="Ann, of \u00e9cole")
        leaf.configure_cert(client_side)
    client = serve(contain(application), ssl_options=server_side).connect()
    client.socket = client_side.wrap_socket(client.socket, server_hostname="127.0.0.1")
    assert client.get().body == b"body"
    assert client.get().body == b"body"
    scope = scopes[1]
    assert scope["scheme"] == "https"
    cipher = client.socket.cipher()[0]
    client.socket.close()
    return scope["extensions"]["tls"], cipher


def test_tls_is_described(serve: Any, authority: Any) -> None:
    tls, cipher = tls_scope(serve, authority, with_certificate=False)
    assert tls["tls_version"] == 0x0304
    suites = {"TLS_AES_256_GCM_SHA384": 0x1302, "TLS_AES_128_GCM_SHA256": 0x1301}
    assert tls["cipher_suite"] == suites.get(cipher, 0x1303)
    assert tls["client_cert_chain"] == []
    assert tls["client_cert_name"] is None
    assert tls["client_cert_error"] is None
    assert tls["server_cert"] is None


def test_the_certificate_of_a_client_is_shown(serve: Any, authority: Any) -> None:
    tls, _ = tls_scope(serve, authority, with_certificate=True)
    assert tls["client_cert_chain"][0].startswith("-----BEGIN CERTIFICATE-----")
    assert tls["client_cert_name"].startswith("CN=Ann\\, of \u00e9cole,")


def test_without_tls_there_is_no_such_extension(serve: Any) -> None:
    scopes = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)
        await send(START)
        await send(BODY)

    serve(contain(application)).get()
    assert "tls" not in scopes[0]["extensions"]
