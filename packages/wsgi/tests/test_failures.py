"""What overridden methods of a container do wrong, and what the access log says of each request."""

from __future__ import annotations

import logging
import threading

import pytest

from tornado.wsgi import WSGIContainer

PATIENCE = 30.0


def simple_app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"done"]


class WrongEnviron(WSGIContainer):
    def environ(self, request):
        raise KeyError("mine")


class WrongHandling(WSGIContainer):
    async def handle_request(self, request):
        raise KeyError("mine")


class WrongCall(WSGIContainer):
    def __call__(self, request):
        raise KeyError("mine")


@pytest.mark.expected_errors("Uncaught exception in WSGIContainer", "500 POST")
@pytest.mark.parametrize("size", [10, 300_000])
@pytest.mark.parametrize("kind", [WrongEnviron, WrongHandling, WrongCall])
def test_an_error_of_an_overridden_method_is_a_500(serve, threads, wait_until, kind, size, caplog):
    for executor in (None, threads):
        caplog.clear()
        client = serve(kind(simple_app, executor)).client()
        for _ in range(2):  # the connection goes on
            client.request("POST", "/path", b"x" * size)
            response = client.getresponse()
            assert (response.status, response.read()) == (500, b"")
        client.close()
        wait_until(lambda: caplog.text.count("500 POST /path") == 2)
        assert caplog.text.count("KeyError: 'mine'") == 2


@pytest.mark.expected_errors("Uncaught exception in WSGIContainer")
def test_an_error_after_the_response_is_logged_and_the_response_whole(
    serve, threads, wait_until, caplog
):
    class Late(WSGIContainer):
        async def handle_request(self, request):
            await super().handle_request(request)
            raise KeyError("mine")

    for executor in (None, threads):
        caplog.clear()
        client = serve(Late(simple_app, executor)).client()
        for _ in range(2):
            client.request("GET", "/")
            response = client.getresponse()
            assert (response.status, response.read()) == (200, b"done")
        client.close()
        wait_until(lambda: caplog.text.count("KeyError: 'mine'") == 2)


def test_the_access_log_has_499_if_the_client_left_before_the_head(
    serve, threads, wait_until, caplog
):
    started, may_end = threading.Event(), threading.Event()

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        started.set()
        may_end.wait(PATIENCE)
        return [b"done"]

    with caplog.at_level(logging.INFO, "tornado.access"):
        with serve(WSGIContainer(app, threads)).connect() as client:
            client.sendall(b"GET /left HTTP/1.1\r\nHost: a\r\n\r\n")
            assert started.wait(PATIENCE)
        wait_until(lambda: "GET /left" in caplog.text)
        may_end.set()
    assert "499 GET /left" in caplog.text
