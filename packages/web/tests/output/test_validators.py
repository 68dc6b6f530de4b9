"""``Etag``: how it is made and compared, and what a handler can change about both."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from tornado.web import RequestHandler

MakeSite = Callable[..., Any]
BODY = b"body"
HASH = f'"{hashlib.sha1(BODY).hexdigest()}"'


class Page(RequestHandler):
    def get(self) -> None:
        self.write(BODY)

    head = get
    post = get


class Versioned(Page):
    def compute_etag(self) -> str | None:
        return '"v1"'


def test_the_validator_is_a_hash_of_the_body(site: MakeSite) -> None:
    running = site([("/", Page)])
    assert running.fetch("/").headers["Etag"] == HASH
    assert running.fetch("/", "HEAD").headers["Etag"] == HASH
    assert "Etag" not in running.fetch("/", "POST", b"").headers


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ('"v1"', 304),
        ('W/"v1"', 304),
        ("*", 304),
        ('"x","v1"', 304),
        ('"x"', 200),
        ("v1", 200),
        ('"v1', 200),
        ("", 200),
        ('"x", *', 200),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_computed_validator_is_compared(
    site: MakeSite, method: str, wanted: str, status: int
) -> None:
    running = site([("/", Versioned)])
    answer = running.fetch("/", method, headers={"If-None-Match": wanted})
    assert (answer.status, answer.headers["Etag"]) == (status, '"v1"')
    assert answer.body == (BODY if (status, method) == (200, "GET") else b"")


def test_a_weak_validator_is_compared_weakly(site: MakeSite) -> None:
    class Weak(Page):
        def compute_etag(self) -> str:
            return 'W/"v1"'

    running = site([("/", Weak)])
    assert running.fetch("/").headers["Etag"] == 'W/"v1"'
    for wanted in ('W/"v1"', '"v1"'):
        assert running.fetch("/", headers={"If-None-Match": wanted}).status == 304


def test_changes_are_answered_whatever_the_client_has(site: MakeSite) -> None:
    answer = site([("/", Versioned)]).fetch("/", "POST", b"", {"If-None-Match": "*"})
    assert (answer.status, answer.body) == (200, BODY)


def test_without_a_validator_nothing_is_compared(site: MakeSite) -> None:
    class Unversioned(Page):
        def compute_etag(self) -> None:
            return None

    answer = site([("/", Unversioned)]).fetch("/", headers={"If-None-Match": "*"})
    assert (answer.status, answer.body, answer.headers["Etag"]) == (200, BODY, None)


@pytest.mark.parametrize("name", ["Etag", "ETag", "etag"])
@pytest.mark.parametrize("wanted", [None, "*", '"mine"'])
def test_a_validator_that_the_handler_sets_stays_as_it_is(
    site: MakeSite, name: str, wanted: str | None
) -> None:
    class Forwarded(Page):
        def get(self) -> None:
            self.set_header(name, '"mine"')
            super().get()

    headers = {} if wanted is None else {"If-None-Match": wanted}
    answer = site([("/", Forwarded)]).fetch("/", headers=headers)
    assert (answer.status, answer.body, answer.headers["Etag"]) == (200, BODY, '"mine"')


def test_a_handler_can_compare_before_it_does_the_work(site: MakeSite) -> None:
    worked: list[str] = []

    class Expensive(RequestHandler):
        def get(self) -> None:
            self.set_etag_header()
            if self.check_etag_header():
                self.set_status(304)
                return
            worked.append(self.request.path)
            self.write("expensive")

        def compute_etag(self) -> str:
            return '"early"'

    running = site([("/.*", Expensive)])
    assert running.fetch("/first").body == b"expensive"
    assert running.fetch("/known", headers={"If-None-Match": '"early"'}).status == 304
    assert running.fetch("/other", headers={"If-None-Match": '"late"'}).status == 200
    assert worked == ["/first", "/other"]


def test_an_early_validator_is_not_computed_again(site: MakeSite) -> None:
    class Early(RequestHandler):
        def get(self) -> None:
            self.write(BODY)
            self.set_etag_header()
            self.write(b" and more")

    assert site([("/", Early)]).fetch("/").headers["Etag"] == HASH


def test_subclasses_may_replace_setting_and_comparing(site: MakeSite) -> None:
    class Silent(Versioned):
        def set_etag_header(self) -> None:
            pass

    class Marked(Versioned):
        def set_etag_header(self) -> None:
            super().set_etag_header()
            self.set_header("X-Version", self._headers["Etag"])

    class Stubborn(Versioned):
        def check_etag_header(self) -> bool:
            return False

    running = site([("/silent", Silent), ("/marked", Marked), ("/stubborn", Stubborn)])
    headers = {"If-None-Match": "*"}
    assert running.fetch("/silent", headers=headers).headers["Etag"] is None
    answer = running.fetch("/marked", headers=headers)
    assert (answer.status, answer.headers["X-Version"]) == (304, '"v1"')
    assert running.fetch("/stubborn", headers=headers).status == 200


def test_a_validator_may_be_bytes(site: MakeSite) -> None:
    class Packed(Page):
        def compute_etag(self) -> Any:
            return b'"v2"'

    running = site([("/", Packed)])
    assert running.fetch("/").headers["Etag"] == '"v2"'
    assert running.fetch("/", headers={"If-None-Match": '"v2"'}).status == 304


@pytest.mark.expected_errors("Uncaught exception")
@pytest.mark.parametrize("etag", ['"a\r\nX-Evil: 1"', '"a\n"', '"\N{EURO SIGN}"'])
def test_s14_a_validator_that_no_head_can_contain_is_an_error(site: MakeSite, etag: str) -> None:
    class Bad(Page):
        def compute_etag(self) -> str:
            return etag

    answer = site([("/", Bad)]).fetch("/")
    assert (answer.status, answer.headers["X-Evil"], answer.headers["Etag"]) == (500, None, None)
