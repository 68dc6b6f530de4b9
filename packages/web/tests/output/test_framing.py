"""The bytes after the head of a response (S16)."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from tornado.web import HTTPError, RequestHandler

MakeSite = Callable[..., Any]


class Case(RequestHandler):
    async def get(self, case: str) -> None:
        if case in ("204", "304"):
            self.set_status(int(case))
        elif case == "204 error":
            raise HTTPError(204)
        elif case == "304 error":
            raise HTTPError(304)
        elif case == "whole":
            self.write("hello")
        elif case == "flushed":
            self.write("hel")
            await self.flush()
            self.write("lo")
        elif case == "short":
            self.set_header("Content-Length", 10)
            self.write("hello")
            await self.flush()
        elif case == "204 body":
            self.set_status(204)
            self.write("hello")

    head = get


def exchange(running: Any, method: str, case: str) -> tuple[bytes, bytes]:
    """Return the head in lower case, and every byte after it until the server closes."""
    client = socket.create_connection(("127.0.0.1", running.port), timeout=10)
    path = case.replace(" ", "%20")
    client.sendall(f"{method} /{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    received = b""
    while piece := client.recv(65536):
        received += piece
    client.close()
    head, _, body = received.partition(b"\r\n\r\n")
    return head.lower(), body


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("case", ["204", "304", "204 error", "304 error"])
def test_s16_statuses_without_a_body_have_none(
    site: MakeSite, method: str, case: str, compressed: bool
) -> None:
    running = site([("/(.*)", Case)], compress_response=compressed)
    head, body = exchange(running, method, case)
    assert head.startswith(b"http/1.1 " + case[:3].encode())
    assert body == b""
    assert b"content-length" not in head
    assert b"transfer-encoding" not in head


@pytest.mark.parametrize("case", ["whole", "flushed"])
def test_s16_a_head_request_gets_no_byte_of_the_body(site: MakeSite, case: str) -> None:
    running = site([("/(.*)", Case)])
    head, body = exchange(running, "HEAD", case)
    assert head.startswith(b"http/1.1 200")
    assert body == b""
    assert exchange(running, "GET", case)[1] in (b"hello", b"3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n")


def test_s16_a_body_shorter_than_announced_closes_the_connection(
    site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    running = site([("/(.*)", Case)])
    head, body = exchange(running, "GET", "short")
    assert b"content-length: 10" in head
    assert body == b"hello"
    assert running.fetch("/whole").status == 200  # and the log is written by now
    assert "Tried to write 5 bytes less than Content-Length" in caplog.text


def test_s16_a_body_with_204_is_an_error_of_the_program(
    site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    head, body = exchange(site([("/(.*)", Case)]), "GET", "204 body")
    assert head.startswith(b"http/1.1 500")
    assert b"hello" not in body
    assert "a response with status 204 has no body" in caplog.text


class NotModified(RequestHandler):
    def get(self) -> None:
        self.set_status(304)
        self.set_header("Content-Length", 42)


class KeptNotModified(NotModified):
    def _clear_representation_headers(self) -> None:
        pass


def test_a_handler_of_a_test_server_may_keep_the_fields_of_a_body(site: MakeSite) -> None:
    running = site([("/plain", NotModified), ("/kept", KeptNotModified)])
    assert b"content-length" not in exchange(running, "GET", "plain")[0]
    assert b"content-length: 42\r\n" in exchange(running, "GET", "kept")[0] + b"\r\n"
