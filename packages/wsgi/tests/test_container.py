"""A WSGI application in our server: what it is given, and how it answers."""

from __future__ import annotations

import json
from wsgiref.validate import validator

import pytest

from tornado.concurrent import dummy_executor
from tornado.web import Application, FallbackHandler, RequestHandler
from tornado.wsgi import WSGIContainer


def simple_app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Hello world!"]


def echo_environ(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    texts = {name: value for name, value in environ.items() if isinstance(value, str | bool)}
    return [json.dumps(texts).encode()]


def test_an_application_answers(contain):
    status, headers, body = contain(validator(simple_app)).fetch()
    assert (status, body) == (200, b"Hello world!")
    assert headers["Content-Type"] == "text/plain"
    assert headers["Server"].startswith("TornadoServer/")
    assert headers["Date"].endswith("GMT")


def test_a_list_of_one_piece_has_a_length_and_no_chunks(contain):
    _, headers, _ = contain(simple_app).fetch()
    assert headers["Content-Length"] == "12"
    assert "Transfer-Encoding" not in headers


def test_the_environ_has_the_request(contain):
    site = contain(echo_environ)
    fields = {"X-Some-Field": "a", "Content-Type": "text/csv"}
    _, _, body = site.fetch("/caf%C3%A9/%2f?q=%41&r", "POST", b"12345", fields)
    environ = json.loads(body)
    assert environ["REQUEST_METHOD"] == "POST"
    assert environ["SCRIPT_NAME"] == ""
    assert environ["PATH_INFO"].encode("latin-1") == "/café//".encode()
    assert environ["QUERY_STRING"] == "q=%41&r"
    assert environ["CONTENT_LENGTH"] == "5"
    assert environ["CONTENT_TYPE"] == "text/csv"
    assert environ["HTTP_X_SOME_FIELD"] == "a"
    assert environ["SERVER_NAME"] == "127.0.0.1"
    assert environ["SERVER_PORT"] == str(site.port)
    assert environ["SERVER_PROTOCOL"] == "HTTP/1.1"
    assert environ["REMOTE_ADDR"] == "127.0.0.1"
    assert environ["wsgi.url_scheme"] == "http"
    assert "HTTP_CONTENT_LENGTH" not in environ
    assert "HTTP_CONTENT_TYPE" not in environ


def test_a_fallback_handler_and_a_route_lead_to_it(serve, threads):
    class Own(RequestHandler):
        def get(self):
            self.write("own")

    for executor in (None, threads, dummy_executor):
        container = WSGIContainer(simple_app, executor=executor)
        site = serve(
            Application(
                [
                    ("/own", Own),
                    ("/fallback", FallbackHandler, {"fallback": container}),
                    ("/route", container),
                ]
            )
        )
        assert site.fetch("/own")[2] == b"own"
        assert site.fetch("/fallback")[2] == b"Hello world!"
        assert site.fetch("/route")[2] == b"Hello world!"


def test_a_subclass_sees_each_complete_request(serve, threads):
    seen = []

    class Container(WSGIContainer):
        def __call__(self, request):
            seen.append((request.path, len(request.body)))
            super().__call__(request)

        def environ(self, request):
            return {**super().environ(request), "site.name": "ours"}

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [environ["site.name"].encode()]

    for executor in (None, threads):
        site = serve(Container(app, executor))
        assert site.fetch("/a", "POST", b"x" * 200_000)[2] == b"ours"
    assert seen == [("/a", 200_000)] * 2


@pytest.mark.parametrize("wrong", [None, "application", 3])
def test_what_cannot_be_called_is_refused_at_once(wrong):
    with pytest.raises(TypeError, match="a WSGI application is callable"):
        WSGIContainer(wrong)


def test_handle_request_returns_after_the_end_of_the_response(serve, threads):
    ended = []

    async def answer(request):
        await container.handle_request(request)
        ended.append(request.path)

    for executor in (None, threads):
        container = WSGIContainer(simple_app, executor)
        site = serve(answer)
        assert site.fetch("/first")[2] == b"Hello world!"
        assert site.fetch("/second")[2] == b"Hello world!"
    assert "/first" in ended
