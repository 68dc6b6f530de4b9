"""Requests as an environ has them."""

from __future__ import annotations

import io
from wsgiref.util import setup_testing_defaults

import pytest

from tornado.httputil import HTTPInputError, HTTPServerRequest, RequestStartLine
from tornado.wsgi import HTTPRequest


def environ_of(body=b"", **more):
    environ = {"SCRIPT_NAME": "", "PATH_INFO": "/", **more, "wsgi.input": io.BytesIO(body)}
    if body:
        environ.setdefault("CONTENT_LENGTH", str(len(body)))
    setup_testing_defaults(environ)
    return environ


def test_a_request_has_what_the_environ_says():
    request = HTTPRequest(
        environ_of(
            SCRIPT_NAME="/mounted",
            PATH_INFO="/caf\xc3\xa9 1/a:b",
            QUERY_STRING="q=1&q=2",
            REMOTE_ADDR="10.0.0.9",
            SERVER_PROTOCOL="HTTP/1.1",
            HTTP_HOST="example.com:81",
            HTTP_COOKIE="a=b",
            HTTP_X_SOME_FIELD="v",
            **{"wsgi.url_scheme": "https"},
        )
    )
    assert request.uri == "/mounted/caf%C3%A9%201/a:b?q=1&q=2"
    assert request.path == "/mounted/caf%C3%A9%201/a:b"
    assert request.arguments == {"q": [b"1", b"2"]}
    assert request.remote_ip == "10.0.0.9"
    assert request.headers["X-Some-Field"] == "v"
    assert request.cookies["a"].value == "b"
    assert request.full_url() == "https://example.com:81" + request.uri
    assert request.supports_http_1_1()
    assert request.request_time() >= 0


def test_a_form_is_parsed():
    request = HTTPRequest(
        environ_of(
            b"a=1&b=2",
            REQUEST_METHOD="POST",
            CONTENT_TYPE="application/x-www-form-urlencoded",
        )
    )
    assert request.body == b"a=1&b=2"
    assert request.body_arguments == {"a": [b"1"], "b": [b"2"]}


def test_with_other_arguments_it_is_a_request_of_a_server():
    request = HTTPRequest(start_line=RequestStartLine("GET", "/x?y", "HTTP/1.1"))
    assert isinstance(request, HTTPServerRequest)
    assert (request.path, request.query) == ("/x", "y")


def test_without_a_host_field_it_is_for_the_server():
    environ = environ_of(SERVER_NAME="example.com", SERVER_PORT="8080")
    del environ["HTTP_HOST"]
    assert HTTPRequest(environ).host == "example.com:8080"


@pytest.mark.parametrize("length", ["five", "-1", "+5", "5_0", "٣"])
def test_s1_a_length_is_nothing_but_digits(length):
    with pytest.raises(HTTPInputError, match="CONTENT_LENGTH"):
        HTTPRequest(environ_of(b"12345", CONTENT_LENGTH=length))
