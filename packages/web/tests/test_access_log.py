"""The access log: one line for each request, at a level that its status decides."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest

from tornado.web import Application, ErrorHandler, RequestHandler

MakeSite = Callable[..., Any]


class Page(RequestHandler):
    def get(self, status: str) -> None:
        self.set_status(int(status))


@pytest.fixture
def access_log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "tornado.access")
    return caplog


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    records = [record for record in caplog.records if record.name == "tornado.access"]
    return [(record.levelno, record.getMessage()) for record in records]


@pytest.mark.parametrize(
    ("status", "level"),
    [
        (200, logging.INFO),
        (302, logging.INFO),
        (399, logging.INFO),
        (400, logging.WARNING),
        (499, logging.WARNING),
        (500, logging.ERROR),
        (599, logging.ERROR),
    ],
)
def test_the_status_decides_the_level(
    site: MakeSite, access_log: pytest.LogCaptureFixture, status: int, level: int
) -> None:
    site([("/(.*)", Page)]).fetch(f"/{status}?q=1")
    ((found, line),) = lines(access_log)
    assert found == level
    assert re.fullmatch(rf"{status} GET /{status}\?q=1 \(127\.0\.0\.1\) \d+\.\d\dms", line)


def test_a_quiet_logger_is_not_written_to(
    site: MakeSite, access_log: pytest.LogCaptureFixture
) -> None:
    access_log.set_level(logging.ERROR, "tornado.access")
    running = site([("/(.*)", Page)])
    for status in (200, 404, 500):
        running.fetch(f"/{status}")
    assert [level for level, _ in lines(access_log)] == [logging.ERROR]


def test_log_request_can_be_overridden(
    site: MakeSite, access_log: pytest.LogCaptureFixture
) -> None:
    seen: list[Any] = []

    class Quiet(Application):
        def log_request(self, handler: RequestHandler) -> None:
            seen.append((handler.get_status(), handler.request.path, type(handler)))
            if handler.request.path != "/200":
                super().log_request(handler)

    error = ("/error", ErrorHandler, {"status_code": 503})
    running = site(Quiet([error, ("/([0-9]+)", Page)]))
    for path in ("/200", "/201", "/error", "/nothing"):
        running.fetch(path)
    assert seen == [
        (200, "/200", Page),
        (201, "/201", Page),
        (503, "/error", ErrorHandler),
        (404, "/nothing", ErrorHandler),
    ]
    assert [line.split(" (")[0] for _, line in lines(access_log)] == [
        "201 GET /201",
        "503 GET /error",
        "404 GET /nothing",
    ]


def test_the_log_function_is_called_by_log_request(
    site: MakeSite, access_log: pytest.LogCaptureFixture
) -> None:
    order: list[str] = []

    class Ordered(Application):
        def log_request(self, handler: RequestHandler) -> None:
            order.append("log_request")
            super().log_request(handler)

    application = Ordered([("/(.*)", Page)], log_function=lambda handler: order.append("function"))
    site(application).fetch("/200")
    assert order == ["log_request", "function"]
    assert lines(access_log) == []


def test_the_answer_has_left_when_its_log_fails(
    site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Application):
        def log_request(self, handler: RequestHandler) -> None:
            raise ValueError("in the log")

    assert site(Broken([("/(.*)", Page)])).fetch("/202").status == 202
    assert "in the log" in caplog.text
