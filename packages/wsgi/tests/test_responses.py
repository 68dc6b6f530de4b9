"""What applications do wrong, and what becomes of the request and of the next one."""

from __future__ import annotations

import logging
import socket
import sys
import threading

import pytest


class Body:
    """An iterable that counts the calls of its close()."""

    def __init__(self, pieces):
        self._pieces = iter(pieces)
        self.closed = 0
        self.is_closed = threading.Event()

    def __iter__(self):
        return self._pieces

    def close(self):
        self.closed += 1
        self.is_closed.set()


def answering(*pieces, status="200 OK", headers=()):
    """Return an application whose responses are always the same, and the last body."""
    bodies = []

    def app(environ, start_response):
        if environ["PATH_INFO"] == "/next":
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"next"]
        start_response(status, [("Content-Type", "text/plain"), *headers])
        bodies.append(Body(pieces))
        return bodies[-1]

    return app, bodies


def request_twice(site, method="GET"):
    """Make two requests on one connection, if it stays open."""
    client = site.client()
    try:
        client.request(method, "/")
        response = client.getresponse()
        first = response.status, response.headers, response.read()
        client.request("GET", "/next")  # on a new connection if the server has closed this one
        return (*first, client.getresponse().read())
    finally:
        client.close()


@pytest.mark.expected_errors("WSGI: more data than Content-Length says")
@pytest.mark.parametrize("pieces", [(b"abcdef",), (b"abc", b"def"), (b"ab", b"cdef"), (b"a",) * 6])
def test_s16_more_than_announced_is_dropped_and_logged(contain, pieces, caplog, wait_until):
    app, _ = answering(*pieces, headers=[("Content-Length", "3")])
    status, headers, body, following = request_twice(contain(app))
    assert (status, len(body), following) == (200, 3, b"next")
    assert headers["Content-Length"] == "3"
    wait_until(lambda: "more data than Content-Length says" in caplog.text)
    assert caplog.text.count("more data than Content-Length says") == 1


@pytest.mark.expected_errors("Uncaught exception in a WSGI application")
def test_s16_less_than_announced_ends_the_connection(contain, caplog):
    app, bodies = answering(b"abc", headers=[("Content-Length", "10")])
    site = contain(app)
    answer = site.exchange(
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n"
    )
    assert answer.endswith(b"\r\n\r\nabc")
    assert answer.count(b"HTTP/1.1 200") == 1
    assert site.fetch("/next")[2] == b"next"
    assert bodies[0].is_closed.wait(30)  # a thread calls close() after the answer
    assert bodies[0].closed == 1
    assert "7 bytes shorter than its Content-Length" in caplog.text


@pytest.mark.expected_errors("Uncaught exception in a WSGI application", "500 GET")
def test_nothing_of_an_announced_body_is_a_500(contain):
    app, bodies = answering(headers=[("Content-Length", "10")])
    status, _, body, following = request_twice(contain(app))
    assert (status, following) == (500, b"next")
    assert b"500: Internal Server Error" in body
    assert bodies[0].is_closed.wait(30)  # a thread calls close() after the answer
    assert bodies[0].closed == 1


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_s16_statuses_without_a_body_have_none(contain, status):
    app, bodies = answering(b"not for", b" the client", status=status)
    code, headers, body, following = request_twice(contain(app))
    assert (code, body, following) == (int(status[:3]), b"", b"next")
    assert "Transfer-Encoding" not in headers
    assert bodies[0].is_closed.wait(30)  # a thread calls close() after the answer
    assert bodies[0].closed == 1


@pytest.mark.parametrize("headers", [[("Content-Length", "6")], []])
def test_s16_head_has_the_fields_of_get_and_no_body(contain, headers):
    app, bodies = answering(b"abc", b"def", headers=headers)
    code, fields, body, following = request_twice(contain(app), "HEAD")
    assert (code, body, following) == (200, b"", b"next")
    assert fields["Content-Length"] == (headers[0][1] if headers else None)
    assert bodies[0].is_closed.wait(30)  # a thread calls close() after the answer
    assert bodies[0].closed == 1


def test_fields_of_the_connection_are_left_out_and_logged(contain, caplog):
    names = ["Connection", "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade"]
    names += ["proxy-authenticate", "Proxy-Connection"]
    app, _ = answering(b"abc", headers=[(name, "x") for name in names])
    with caplog.at_level(logging.WARNING):
        code, headers, body, following = request_twice(contain(app))
    assert (code, body, following) == (200, b"abc", b"next")
    assert headers["Transfer-Encoding"] == "chunked"
    assert not {name.lower() for name in headers} & {"te", "trailer", "upgrade", "keep-alive"}
    for name in names:
        assert f"must not send the field '{name}'" in caplog.text


WRONG_HEADS = {
    "S14 a line end in a value": ("200 OK", [("X", "a\r\nSet-Cookie: b=c")]),
    "S14 a bare line feed in a value": ("200 OK", [("X", "a\nb")]),
    "S14 a NUL in a value": ("200 OK", [("X", "a\0b")]),
    "S14 a line end in a name": ("200 OK", [("X\r\nY", "a")]),
    "S14 a colon in a name": ("200 OK", [("X:", "a")]),
    "S14 an empty name": ("200 OK", [("", "a")]),
    "S14 a character beyond Latin-1": ("200 OK", [("X", "€")]),
    "S14 a value of bytes": ("200 OK", [("X", b"a")]),
    "S14 a value that is a number": ("200 OK", [("Content-Length", 3)]),
    "S14 a length that is not a number": ("200 OK", [("Content-Length", "+3")]),
    "S14 two lengths": ("200 OK", [("Content-Length", "3"), ("Content-Length", "4")]),
    "S14 a line end in the status": ("200 OK\r\nX: y", []),
    "S14 a status without a number": ("OK", []),
    "S14 an interim status": ("100 Continue", []),
    "S14 a change of protocol": ("101 Switching Protocols", []),
    "S14 a status that is a number": (200, []),
    "S14 fields that are not a list": ("200 OK", (("X", "a"),)),
    "S14 a field that is not a pair": ("200 OK", [("X",)]),
}


@pytest.mark.expected_errors("Uncaught exception in a WSGI application", "500 GET")
@pytest.mark.parametrize("name", WRONG_HEADS)
def test_s14_a_wrong_head_is_a_500_and_an_error_for_the_application(contain, name):
    status, headers = WRONG_HEADS[name]
    seen = []

    def app(environ, start_response):
        if environ["PATH_INFO"] == "/next":
            start_response("200 OK", [])
            return [b"next"]
        try:
            start_response(status, headers)
        except (TypeError, ValueError) as error:
            seen.append(error)
            raise
        return [b"abc"]

    code, fields, _, following = request_twice(contain(app))
    assert (code, following) == (500, b"next")
    assert "Set-Cookie" not in fields
    assert len(seen) == 1


def raising(where):
    """Return an application that fails at a certain point."""
    body = Body(())

    def pieces():
        yield b"first"
        if where == "between":
            raise ValueError("between")
        yield b"second"
        if where == "after":
            raise ValueError("after")

    def app(environ, start_response):
        if environ["PATH_INFO"] == "/next":
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"next"]
        if where == "before":
            raise ValueError("before")
        start_response("200 OK", [("Content-Type", "text/plain")])
        if where == "started":
            raise ValueError("started")
        if where == "exit":
            sys.exit("nobody sees this")
        body._pieces = pieces()
        return body

    return app, body


@pytest.mark.expected_errors("Uncaught exception in a WSGI application", "500 GET")
@pytest.mark.parametrize("where", ["before", "started"])
def test_an_error_before_the_first_byte_is_a_500(contain, where):
    app, _ = raising(where)
    code, headers, body, following = request_twice(contain(app))
    assert (code, following) == (500, b"next")
    assert headers["Content-Type"].startswith("text/html")
    assert b"started" not in body


@pytest.mark.expected_errors("Uncaught exception in a WSGI application")
@pytest.mark.parametrize("where", ["between", "after"])
def test_an_error_after_the_first_byte_ends_the_connection(contain, where):
    app, body = raising(where)
    site = contain(app)
    answer = site.exchange(
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n"
    )
    assert b"first" in answer
    assert not answer.endswith(b"0\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200") == 1
    assert site.fetch("/next")[2] == b"next"
    assert body.is_closed.wait(30)
    assert body.closed == 1


@pytest.mark.expected_errors("Uncaught exception in close")
def test_an_error_in_close_is_logged_and_the_response_is_whole(contain, caplog, wait_until):
    class Failing(Body):
        def close(self):
            super().close()
            raise ValueError("in close")

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return Failing([b"abc"]) if environ["PATH_INFO"] == "/" else [b"next"]

    assert request_twice(contain(app))[2:] == (b"abc", b"next")
    wait_until(lambda: "in close" in caplog.text)


@pytest.mark.expected_errors("Uncaught exception in a WSGI application", "500 GET")
def test_a_second_start_response_is_an_error_without_an_exception_to_tell_of(contain):
    def app(environ, start_response):
        start_response("200 OK", [])
        start_response("201 Created", [])
        return [b"abc"]

    assert contain(app).fetch()[0] == 500


@pytest.mark.expected_errors("503 GET")
def test_a_second_start_response_replaces_the_first_one_while_nothing_is_sent(contain):
    def app(environ, start_response):
        start_response("200 OK", [("X-First", "1")])
        try:
            raise ValueError("of the application")
        except ValueError:
            start_response("503 Later", [("Content-Type", "text/plain")], sys.exc_info())
        return [b"sorry"]

    status, headers, body = contain(app).fetch()
    assert (status, body) == (503, b"sorry")
    assert "X-First" not in headers


@pytest.mark.expected_errors("Uncaught exception in a WSGI application")
def test_a_second_start_response_raises_its_exception_when_the_head_is_sent(contain, caplog):
    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b"begun"
        try:
            raise ValueError("too late")
        except ValueError:
            start_response("500 Error", [], sys.exc_info())
        yield b"never sent"

    answer = contain(app).exchange(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert b"begun" in answer
    assert b"never sent" not in answer
    assert "too late" in caplog.text


@pytest.mark.expected_errors("Uncaught exception in a WSGI application", "500 GET")
@pytest.mark.parametrize("result", [[b"abc"], [], iter([b"abc"]), [None], ["abc"], None])
def test_a_body_without_a_head_or_of_other_things_is_a_500(contain, result):
    def app(environ, start_response):
        if result and result != [b"abc"] and isinstance(result, list):
            start_response("200 OK", [])
        return result

    assert contain(app).fetch()[0] == 500


def test_the_head_waits_for_the_first_piece_that_is_not_empty(contain):
    def app(environ, start_response):
        yield b""
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b""
        yield b"abc"

    assert contain(app).fetch()[2] == b"abc"


def test_the_classic_write_sends_pieces_before_those_that_are_returned(contain):
    def app(environ, start_response):
        write = start_response("200 OK", [("Content-Type", "text/plain")])
        write(b"a")
        write(b"b")
        return [b"c"]

    assert contain(app).fetch()[2] == b"abc"


def test_a_client_of_http_1_0_gets_the_end_of_the_connection_instead_of_chunks(contain):
    app, _ = answering(b"abc", b"def")
    head, _, body = contain(app).exchange(b"GET / HTTP/1.0\r\n\r\n").partition(b"\r\n\r\n")
    assert body == b"abcdef"
    assert b"Transfer-Encoding" not in head


@pytest.mark.expected_errors("Uncaught exception in a WSGI application", "500 GET")
def test_an_application_that_exits_ends_its_request_alone(serve, threads):
    from tornado.wsgi import WSGIContainer

    app, _ = raising("exit")
    code, _, _, following = request_twice(serve(WSGIContainer(app, threads)))
    assert (code, following) == (500, b"next")


def test_cookies_in_two_fields_are_joined_as_one_field_has_them(contain):
    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"{environ['HTTP_COOKIE']}|{environ['HTTP_ACCEPT']}".encode()]

    fields = b"Cookie: a=1\r\nCookie: b=2\r\nAccept: c/d\r\nAccept: e/f\r\nConnection: close\r\n"
    answer = contain(app).exchange(b"GET / HTTP/1.1\r\nHost: a\r\n" + fields + b"\r\n")
    assert answer.endswith(b"a=1; b=2|c/d,e/f")


@pytest.mark.expected_errors("Uncaught exception in a WSGI application", "500 GET")
def test_an_interim_status_is_an_error_that_says_whose_it_is(contain, caplog):
    app, _ = answering(b"", status="100 Continue")
    assert contain(app).fetch()[0] == 500
    assert "interim responses are the server's to send, not '100 Continue'" in caplog.text


def test_s4_a_field_with_an_underscore_and_a_proxy_field_do_not_arrive(contain):
    def app(environ, start_response):
        names = sorted(name for name in environ if name.startswith("HTTP_"))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [",".join(names).encode()]

    fields = {"X_Real_Ip": "10.0.0.1", "Proxy": "http://elsewhere", "X-Own": "1"}
    names = contain(app).fetch(headers=fields)[2].decode().split(",")
    assert "HTTP_X_OWN" in names
    assert not {"HTTP_X_REAL_IP", "HTTP_PROXY"} & set(names)


def test_a_malformed_request_never_reaches_the_application(contain):
    calls = []

    def app(environ, start_response):
        calls.append(environ["PATH_INFO"])
        start_response("200 OK", [])
        return []

    site = contain(app)
    for head in (b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"):
        assert site.exchange(head).startswith(b"HTTP/1.1 400 ")
    assert calls == []


def test_close_is_called_when_the_client_has_gone(contain):
    body = Body(())
    started = threading.Event()

    def pieces():
        while True:
            started.set()
            yield b"x" * 100_000

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        body._pieces = pieces()
        return body

    with contain(app).connect() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        client.recv(100)
        assert started.wait(30)
    assert body.is_closed.wait(30)
    assert body.closed == 1
