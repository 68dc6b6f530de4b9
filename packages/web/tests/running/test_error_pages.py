"""Error pages: how a handler sends them, and the messages of their exceptions."""

from __future__ import annotations

import http.client
import logging
from collections.abc import Callable
from typing import Any

import pytest

from tornado.web import Application, HTTPError, MissingArgumentError, RequestHandler

MakeSite = Callable[..., Any]


class Page(RequestHandler):
    """Write something, then send the error page that a test requests."""

    error: Callable[[RequestHandler], None]

    def get(self) -> None:
        self.set_header("X-Page", "1")
        self.write("never seen")
        type(self).error(self)


def page(send: Callable[[RequestHandler], None], **attributes: Any) -> type[RequestHandler]:
    return type("SentPage", (Page,), {"error": send, **attributes})


def own_page(self: RequestHandler, status_code: int, **kwargs: Any) -> None:
    names = ",".join(sorted(kwargs))
    self.finish(f"{status_code}|{self.get_status()}|{names}|{kwargs.get('detail')}")


# send_error


@pytest.mark.parametrize(
    ("send", "status", "reason"),
    [
        (lambda self: self.send_error(), 500, "Internal Server Error"),
        (lambda self: self.send_error(404), 404, "Not Found"),
        (lambda self: self.send_error(409, reason="Taken"), 409, "Taken"),
        (lambda self: self.send_error(777), 777, "Unknown"),
        (lambda self: self.send_error(status_code=403), 403, "Forbidden"),
    ],
)
def test_an_error_page_replaces_what_was_composed(
    site: MakeSite, send: Callable[[RequestHandler], None], status: int, reason: str
) -> None:
    answer = site([("/", page(send))]).fetch("/")
    assert (answer.status, answer.reason) == (status, reason)
    assert f"<title>{status}: {reason}</title>" in answer.text
    assert "never seen" not in answer.text
    assert "X-Page" not in answer.headers


def test_write_error_gets_what_send_error_was_given(site: MakeSite) -> None:
    handler = page(lambda self: self.send_error(409, detail="taken"), write_error=own_page)
    assert site([("/", handler)]).fetch("/").text == "409|409|detail|taken"


def test_the_reason_of_the_exception_goes_first(site: MakeSite) -> None:
    def exc_info(error: Exception) -> Any:
        return type(error), error, None

    running = site(
        [
            (
                "/own",
                page(
                    lambda self: self.send_error(
                        400, exc_info=exc_info(HTTPError(400, reason="Own")), reason="Given"
                    )
                ),
            ),
            (
                "/given",
                page(
                    lambda self: self.send_error(
                        400, exc_info=exc_info(ValueError()), reason="Given"
                    )
                ),
            ),
        ]
    )
    assert running.fetch("/own").reason == "Own"
    assert running.fetch("/given").reason == "Given"


@pytest.mark.parametrize("bad", ["a\r\nX-Evil: 1", "a\x00b", "\x7f"])
def test_s14_a_reason_with_controls_does_not_change_the_status(site: MakeSite, bad: str) -> None:
    answer = site([("/", page(lambda self: self.send_error(404, reason=bad)))]).fetch("/")
    assert (answer.status, answer.headers["X-Evil"]) == (404, None)
    assert bad not in answer.text


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body_has_no_page(site: MakeSite, status: int) -> None:
    answer = site([("/", page(lambda self: self.send_error(status)))]).fetch("/")
    assert (answer.status, answer.body, answer.headers["Content-Type"]) == (status, b"", None)


def test_a_page_that_is_only_written_is_finished(site: MakeSite) -> None:
    def write_error(self: RequestHandler, status_code: int, **kwargs: Any) -> None:
        self.write(f"only {status_code}")

    handler = page(lambda self: self.send_error(400), write_error=write_error)
    assert site([("/", handler)]).fetch("/").text == "only 400"


@pytest.mark.expected_errors("Uncaught exception")
def test_exceptions_go_through_an_overridden_send_error(site: MakeSite) -> None:
    class Mapping(RequestHandler):
        def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
            super().send_error({500: 503}.get(status_code, status_code), **kwargs)

        def get(self) -> None:
            raise ValueError("broken")

        def post(self) -> None:
            raise HTTPError(403)

        write_error = own_page

    running = site([("/", Mapping)])
    assert running.fetch("/").text == "503|503|exc_info|None"
    assert running.fetch("/", "POST", b"").text == "403|403|exc_info|None"


def test_after_the_end_an_error_page_is_logged_and_nothing_else(
    site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    logged: list[int] = []

    def send(self: RequestHandler) -> None:
        self.finish()
        self.send_error(500)

    application = Application(
        [("/", page(send))], log_function=lambda handler: logged.append(handler.get_status())
    )
    running = site(application)
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=10)
    connection.connect()
    sock = connection.sock
    for _ in range(2):
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"never seen")
        assert connection.sock is sock  # the connection is still open
    connection.close()
    running.take_a_turn()
    assert logged == [200, 200]
    records = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.name for record in records] == ["tornado.general"] * 2
    assert (
        "Cannot send error response after headers written, the response is finished: GET /"
        in records[0].getMessage()
    )


def test_after_flush_an_error_page_closes_the_connection(
    site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    class Half(RequestHandler):
        async def get(self) -> None:
            self.write("half")
            await self.flush()
            self.send_error(500)

    with pytest.raises(http.client.IncompleteRead):
        site([("/", Half)]).fetch("/")
    assert "Cannot send error response after headers written, closing the connection" in caplog.text


# HTTPError.get_message


@pytest.mark.parametrize(
    ("arguments", "message", "text"),
    [
        ((500,), None, "HTTP 500: Internal Server Error"),
        ((400, "plain"), "plain", "HTTP 400: Bad Request (plain)"),
        ((400, "100%"), "100%", "HTTP 400: Bad Request (100%)"),
        ((400, "no %s", "tea"), "no tea", "HTTP 400: Bad Request (no tea)"),
        ((400, "%d of %d", 1, 2), "1 of 2", "HTTP 400: Bad Request (1 of 2)"),
        ((400, ""), "", "HTTP 400: Bad Request"),
        ((799, "odd"), "odd", "HTTP 799: Unknown (odd)"),
    ],
)
def test_the_message_of_an_http_error_is_complete(
    arguments: Any, message: str | None, text: str
) -> None:
    error = HTTPError(*arguments)
    assert error.get_message() == message
    assert str(error) == text
    if message:
        assert (error.log_message or "") % error.args == message


def test_the_message_names_the_missing_argument() -> None:
    assert MissingArgumentError("100%").get_message() == "Missing argument 100%"


class Friendly(HTTPError):
    def get_message(self) -> str:
        return "100% friendly"


def test_a_subclass_decides_what_the_message_is(
    site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            raise Friendly(404, "hidden")

        def write_error(self, status_code: int, **kwargs: Any) -> None:
            self.finish(kwargs["exc_info"][1].get_message())

    assert site([("/", Handler)]).fetch("/").text == "100% friendly"
    assert str(Friendly(404, "hidden")) == "HTTP 404: Not Found (100% friendly)"
    (record,) = [record for record in caplog.records if record.name == "tornado.general"]
    assert record.getMessage().endswith(": 100% friendly")
    assert "hidden" not in caplog.text


def test_a_message_that_does_not_fit_its_arguments_still_answers(
    site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            raise HTTPError(400, "%s and %s", "one")

    assert site([("/", Handler)]).fetch("/").status == 400
    assert "Uncaught exception in log_exception" in caplog.text


def test_a_subclass_may_log_its_errors_elsewhere(
    site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[object] = []

    class Handler(RequestHandler):
        def get(self) -> None:
            raise ValueError("broken")

        def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
            seen.extend([typ, str(value), tb is None])

    assert site([("/", Handler)]).fetch("/").status == 500
    assert seen == [ValueError, "broken", False]
    assert "broken" not in caplog.text
