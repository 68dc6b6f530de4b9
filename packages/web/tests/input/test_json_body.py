"""JSON in requests and in responses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tornado.web import RequestHandler

MakeSite = Callable[..., Any]

JSON = {"Content-Type": "application/json"}


class Echo(RequestHandler):
    def post(self) -> None:
        self.write({"body": self.get_json_body()})

    def put(self) -> None:
        self.write({"body": self.get_json_body(any_type=True)})

    def get(self) -> None:
        self.write([1, {"a": "</b>"}])


@pytest.mark.parametrize("value", [{"a": [1, None]}, [], "é", 1.5, True])
def test_a_json_body_is_read(site: MakeSite, value: Any) -> None:
    running = site([("/", Echo)])
    for kind in ("application/json", "application/json; charset=utf-8", "application/ld+JSON"):
        answer = running.fetch("/", "POST", json.dumps(value), {"Content-Type": kind})
        assert json.loads(answer.body) == {"body": value}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"{'a': 1}", b"\xff", b'"\xff"', b"[1] 2", b"[" * 100_000, b"9" * 10_000, b"nul"],
)
def test_s13_bad_and_deep_json_is_400(
    site: MakeSite, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    answer = site([("/", Echo)]).fetch("/", "POST", body, JSON)
    assert answer.status == 400
    assert "bad JSON in the body" in caplog.text
    assert len(caplog.text) < 1000


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "json"])
def test_forms_of_other_sites_are_not_json(site: MakeSite, kind: str) -> None:
    running = site([("/", Echo)])
    assert running.fetch("/", "POST", '{"a": 1}', {"Content-Type": kind}).status == 415
    assert running.fetch("/", "PUT", '{"a": 1}', {"Content-Type": kind}).status == 200


@pytest.mark.expected_errors("Uncaught exception")
def test_lists_are_written_where_a_setting_allows_it(site: MakeSite) -> None:
    assert site([("/", Echo)]).fetch("/").status == 500
    answer = site([("/", Echo)], write_lists=True).fetch("/")
    assert answer.text == '[1, {"a": "<\\/b>"}]'
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"


@pytest.mark.parametrize("kind", [str, str.encode])
def test_the_encoder_is_a_setting(site: MakeSite, kind: Any) -> None:
    def compact(value: Any) -> Any:
        return kind(json.dumps(value, separators=(",", ":"), default=str))

    running = site([("/", Echo)], write_lists=True, json_encoder=compact)
    assert running.fetch("/").text == '[1,{"a":"</b>"}]'
    assert running.fetch("/", "POST", '{"a": 1}', JSON).text == '{"body":{"a":1}}'
