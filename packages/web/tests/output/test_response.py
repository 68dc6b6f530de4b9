"""Status, fields and bodies of responses."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from tornado.httputil import HTTPServerRequest, RequestStartLine
from tornado.web import Application, HTTPError, RequestHandler

MakeSite = Callable[..., Any]


def handler(connection: Any = None) -> RequestHandler:
    """Make a handler without a server, to call its methods."""
    request = HTTPServerRequest(
        start_line=RequestStartLine("GET", "/", "HTTP/1.1"), connection=connection
    )
    return RequestHandler(Application(), request)


def test_texts_bytes_and_dictionaries_can_be_written(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            self.write("é")
            self.write(b" and ")
            self.write("more")

        def post(self) -> None:
            self.write({"a": "</script>"})

    running = site([("/", Handler)])
    answer = running.fetch("/")
    assert answer.text == "é and more"
    assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert answer.headers["Content-Length"] == "11"
    answer = running.fetch("/", "POST", b"")
    assert answer.text == '{"a": "<\\/script>"}'
    assert answer.headers["Content-Type"].startswith("application/json")


def test_lists_are_refused_with_the_reason() -> None:
    instance = handler()
    with pytest.raises(TypeError, match="lists are refused because"):
        instance.write([1])
    with pytest.raises(TypeError, match="NoneType"):
        instance.write(None)  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("text", "text"),
        (b"bytes", "bytes"),
        (12, "12"),
        (True, "True"),
        (datetime.datetime(2026, 1, 2, 3, 4, 5), "Fri, 02 Jan 2026 03:04:05 GMT"),
    ],
)
def test_header_values_of_each_type(value: Any, sent: str) -> None:
    instance = handler()
    instance.set_header("X-A", value)
    assert instance._headers["X-A"] == sent


@pytest.mark.parametrize("bad", ["a\r\nb", "a\nb", "a\x00", "a\x7f", b"a\r\n", "€"])
def test_s14_header_values_with_controls_are_refused(bad: Any) -> None:
    instance = handler()
    with pytest.raises(ValueError, match="Unsafe header value"):
        instance.set_header("X-A", bad)
    with pytest.raises(ValueError, match="Unsafe header value"):
        instance.add_header("X-A", bad)


@pytest.mark.parametrize("bad", ["", "a b", "a:", "a\r\n", "é"])
def test_s14_header_names_that_are_not_tokens_are_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="Invalid header name"):
        handler().set_header(bad, "x")


def test_header_values_of_other_types_are_refused() -> None:
    with pytest.raises(TypeError, match="unsupported header value"):
        handler().set_header("X-A", 1.5)  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize("bad", ["a\r\nSet-Cookie: x", "a\x00", "\x7f"])
def test_s14_reasons_with_controls_are_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="control character in the reason"):
        handler().set_status(200, bad)


@pytest.mark.parametrize("bad", ["a\r\nSet-Cookie: x", "a\x00", "\x7f", "<script>", "a>b"])
def test_s14_a_reason_that_a_client_has_tampered_with_is_unknown(site: MakeSite, bad: str) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            raise HTTPError(400, reason=bad)

        def post(self) -> None:
            self.send_error(400, reason=bad)

    running = site([("/", Handler)])
    for method, body in (("GET", None), ("POST", b"")):
        answer = running.fetch("/", method, body)
        assert (answer.status, answer.reason) == (400, "Unknown")
        assert "Set-Cookie" not in answer.headers
        assert b"400: Unknown" in answer.body


def test_s14_the_reason_is_escaped_in_the_error_page(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            raise HTTPError(400, reason="this & that")

    answer = site([("/", Handler)]).fetch("/")
    assert answer.reason == "this & that"
    assert b"400: this &amp; that" in answer.body


@pytest.mark.parametrize("flushed", [False, True])
def test_a_reason_in_another_script_is_in_the_page_and_not_in_the_head(
    site: MakeSite, flushed: bool
) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            if not flushed:
                raise HTTPError(404, reason="見つかりません")
            self.set_status(404, "見つかりません")
            self.write(self._reason)
            self.flush()

    answer = site([("/", Handler)]).fetch("/")
    assert (answer.status, answer.reason) == (404, "Not Found")
    assert "見つかりません" in answer.text


def test_default_headers_survive_an_error(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def set_default_headers(self) -> None:
            self.set_header("X-Site", "mine")

        def get(self) -> None:
            self.set_header("X-Lost", "yes")
            self.add_header("X-Site", "again")
            raise HTTPError(400)

    headers = site([("/", Handler)]).fetch("/").headers
    assert headers.get_all("X-Site") == ["mine"]
    assert "X-Lost" not in headers


def test_repeated_fields_are_sent_apart(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            self.add_header("X-A", "1")
            self.add_header("x-a", "2")
            self.set_header("X-B", "gone")
            self.clear_header("x-b")

    headers = site([("/", Handler)]).fetch("/").headers
    assert headers.get_all("X-A") == ["1", "2"]
    assert "X-B" not in headers


def test_a_version_that_the_client_has_is_not_sent_again(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            self.write("content")

        head = get

    running = site([("/", Handler)])
    etag = running.fetch("/").headers["Etag"]
    for wanted in (etag, f'W/{etag}, "x"', "*", f'"a,b", {etag}'):
        answer = running.fetch("/", headers={"If-None-Match": wanted})
        assert (answer.status, answer.body) == (304, b"")
        assert "Content-Length" not in answer.headers
    assert running.fetch("/", headers={"If-None-Match": '"other"'}).status == 200
    head = running.fetch("/", "HEAD")
    assert (head.body, head.headers["Content-Length"], head.headers["Etag"]) == (b"", "7", etag)


@pytest.mark.expected_errors("Uncaught exception")
@pytest.mark.parametrize("status", [204, 304])
def test_s16_a_body_with_a_status_that_has_none_is_an_error(site: MakeSite, status: int) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            self.set_status(status)
            self.write("body")

        def post(self) -> None:
            self.set_status(status)

    running = site([("/", Handler)])
    assert running.fetch("/").status == 500
    answer = running.fetch("/", "POST", b"")
    assert (answer.status, answer.body) == (status, b"")
    assert "Content-Length" not in answer.headers


def test_http_error_204_has_no_body(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            raise HTTPError(204)

    answer = site([("/", Handler)]).fetch("/")
    assert (answer.status, answer.body) == (204, b"")


def test_a_stream_is_sent_in_chunks(site: MakeSite) -> None:
    class Handler(RequestHandler):
        async def get(self) -> None:
            for number in range(3):
                self.write(f"{number} ")
                await self.flush()

    answer = site([("/", Handler)]).fetch("/")
    assert answer.text == "0 1 2 "
    assert answer.headers["Transfer-Encoding"] == "chunked"


@pytest.mark.expected_errors(
    "Uncaught exception", "Cannot send error response after headers written"
)
def test_s16_too_much_for_the_content_length_closes_the_connection(site: MakeSite) -> None:
    import http.client

    class Handler(RequestHandler):
        def get(self, size: str) -> None:
            self.set_header("Content-Length", 3)
            self.write("x" * int(size))

    running = site([("/([0-9])", Handler)])
    assert running.fetch("/3").body == b"xxx"
    for size in "24":
        with pytest.raises((http.client.IncompleteRead, http.client.RemoteDisconnected)):
            running.fetch(f"/{size}")


def test_writing_after_the_end_is_an_error(site: MakeSite) -> None:
    raised: list[type[BaseException]] = []

    class Handler(RequestHandler):
        def get(self) -> None:
            self.finish("ok")
            for call in (self.finish, lambda: self.write("more")):
                try:
                    call()
                except RuntimeError as error:
                    raised.append(type(error))

    assert site([("/", Handler)]).fetch("/").body == b"ok"
    assert raised == [RuntimeError, RuntimeError]


def test_finish_can_be_awaited(site: MakeSite) -> None:
    class Handler(RequestHandler):
        async def get(self) -> None:
            await self.finish(b"x" * 1_000_000)

    assert len(site([("/", Handler)]).fetch("/").body) == 1_000_000


def test_classic_error_pages_are_used_where_they_are_defined(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            raise HTTPError(404)

        def get_error_html(self, status_code: int, **kwargs: Any) -> str:
            return f"{status_code} {type(kwargs['exception']).__name__}"

    assert site([("/", Handler)]).fetch("/").body == b"404 HTTPError"


def test_json_is_announced_by_the_handlers_own_set_header(site: MakeSite) -> None:
    class Vendor(RequestHandler):
        def set_header(self, name: str, value: Any) -> None:
            super().set_header(name, "application/vnd.x+json" if name == "Content-Type" else value)

        def get(self) -> None:
            self.write({})

    assert site([("/", Vendor)]).fetch("/").headers["Content-Type"] == "application/vnd.x+json"


def test_fields_of_a_request_may_be_put_in_a_plain_dictionary(site: MakeSite) -> None:
    class Plain(RequestHandler):
        def prepare(self) -> None:
            self.request.headers = dict(self.request.headers)  # type: ignore[assignment]  # the point

        def get(self) -> None:
            self.write("ok")

    running = site([("/", Plain)])
    answer = running.fetch("/")
    assert answer.text == "ok"
    again = running.fetch("/", headers={"If-None-Match": answer.headers["Etag"]})
    assert again.status == 304


def test_clear_forgets_what_was_prepared_but_the_cookies(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            self.set_status(202)
            self.set_header("X-Gone", "yes")
            self.write("gone")
            self.clear()
            self.write("kept")

    answer = site([("/", Handler)]).fetch("/")
    assert (answer.status, answer.body) == (200, b"kept")
    assert answer.headers["X-Gone"] is None
