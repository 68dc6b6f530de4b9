"""Requests of other sites, recognized by the fields that browsers add."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tornado.web import ErrorHandler, RequestHandler
from tornado.web._identity._cross_site import is_origin_of

MakeSite = Callable[..., Any]


class Handler(RequestHandler):
    prepared = False

    def prepare(self) -> None:
        type(self).prepared = True

    def get(self) -> None:
        self.write("done")

    post = put = delete = options = head = get


def post(running: Any, **headers: str) -> int:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    status: int = running.fetch("/", "POST", "", {"Host": "x.com", **fields}).status
    return status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec_Fetch_Site": "same-origin"}, 200),
        ({"Sec_Fetch_Site": "none"}, 200),
        ({"Sec_Fetch_Site": "same-origin", "Origin": "http://y.com"}, 200),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Sec_Fetch_Site": ""}, 403),
        ({"Sec_Fetch_Site": "SAME-ORIGIN"}, 403),
        ({"Sec_Fetch_Site": "cross-site", "Origin": "http://x.com"}, 403),
        ({"Origin": "http://x.com"}, 200),
        ({"Origin": "https://x.com"}, 200),
        ({"Origin": "HTTP://X.COM"}, 200),
        ({"Origin": "http://x.com:8080"}, 403),
        ({"Origin": "http://y.com"}, 403),
        ({"Origin": "http://x.com.y.com"}, 403),
        ({"Origin": "http://x.com@y.com"}, 403),
        ({"Origin": "x.com"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "http://[x.com"}, 403),
    ],
)
def test_s18_the_fields_of_browsers_decide(
    site: MakeSite, headers: dict[str, str], status: int
) -> None:
    running = site([("/", Handler)], cross_origin_protection=True)
    assert post(running, **headers) == status


def test_s18_it_is_decided_before_prepare(site: MakeSite) -> None:
    class Fresh(Handler):
        prepared = False

    running = site([("/", Fresh)], cross_origin_protection=True)
    assert post(running, Sec_Fetch_Site="cross-site") == 403
    assert not Fresh.prepared
    assert post(running, Sec_Fetch_Site="same-origin") == 200
    assert Fresh.prepared


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_safe_methods_are_let_through(site: MakeSite, method: str) -> None:
    running = site([("/", Handler)], cross_origin_protection=True)
    assert running.fetch("/", method, headers={"Sec-Fetch-Site": "cross-site"}).status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_all_others_are_not(site: MakeSite, method: str) -> None:
    running = site([("/", Handler)], cross_origin_protection=True)
    assert running.fetch("/", method, "", {"Sec-Fetch-Site": "cross-site"}).status == 403


def test_trusted_origins_are_let_in(site: MakeSite) -> None:
    running = site(
        [("/", Handler)], cross_origin_protection=True, trusted_origins=["https://y.com"]
    )
    assert post(running, Origin="https://y.com") == 200
    assert post(running, Origin="https://y.com", Sec_Fetch_Site="cross-site") == 200
    assert post(running, Origin="http://y.com") == 403
    assert post(running, Origin="https://z.com", Sec_Fetch_Site="cross-site") == 403
    assert post(running, Sec_Fetch_Site="cross-site") == 403


def test_a_handler_can_decide_for_itself(site: MakeSite) -> None:
    origins = []

    class Deciding(Handler):
        def check_trusted_origin(self, origin: str) -> bool:
            origins.append(origin)
            return origin.endswith(".y.com")

    running = site([("/", Deciding)], cross_origin_protection=True)
    assert post(running, Origin="https://a.y.com", Sec_Fetch_Site="same-site") == 200
    assert post(running, Origin="null") == 403
    assert post(running, Origin="http://x.com") == 200
    assert post(running, Sec_Fetch_Site="cross-site") == 403
    assert origins == ["https://a.y.com", "null"]


def test_without_the_setting_nothing_is_refused(site: MakeSite) -> None:
    assert post(site([("/", Handler)]), Sec_Fetch_Site="cross-site") == 200


def test_an_error_is_the_answer_no_matter_where_the_page_is_from(site: MakeSite) -> None:
    running = site([("/", ErrorHandler, {"status_code": 410})], cross_origin_protection=True)
    assert post(running, Origin="http://y.com", Sec_Fetch_Site="cross-site") == 410


def test_origins_belong_to_hosts() -> None:
    assert is_origin_of("http://x.com:80", "X.com:80")
    assert not is_origin_of("", "")
