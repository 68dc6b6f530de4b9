"""Redirects, which never lead to another site."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tornado.web import FallbackHandler, RedirectHandler, RequestHandler

MakeSite = Callable[..., Any]


@pytest.mark.expected_errors("Uncaught exception")
def test_a_handler_redirects(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            self.redirect("/some-canonical-page", permanent=True)

        def post(self) -> None:
            self.redirect("/", status=303)

        def put(self) -> None:
            self.redirect("/", status=200)

    running = site([("/", Handler)])
    answer = running.fetch("/")
    assert (answer.status, answer.headers["Location"]) == (301, "/some-canonical-page")
    assert running.fetch("/", "POST", b"").status == 303
    assert running.fetch("/", "PUT", b"").status == 500


def test_a_redirect_keeps_what_is_ascii_as_the_application_gave_it(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            self.redirect("http://ours\\@theirs/é {x}")

    assert (
        site([("/", Handler)]).fetch("/").headers["Location"] == "http://ours\\@theirs/%C3%A9 {x}"
    )


@pytest.mark.parametrize("url", ["/привет?é=1#%20", "/привет?é=1#%20".encode()])
def test_letters_of_a_redirect_are_percent_encoded(site: MakeSite, url: Any) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            self.redirect(url)

    answer = site([("/", Handler)]).fetch("/")
    assert answer.headers["Location"] == "/%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82?%C3%A9=1#%20"


def test_the_redirect_handler_keeps_groups_and_query(site: MakeSite) -> None:
    running = site(
        [
            (r"/old/(.*)", RedirectHandler, {"url": "/new/{0}"}),
            (
                r"/n/(?P<a>[^/]*)/(?P<b>.*)",
                RedirectHandler,
                {"url": "/{b}/{a}", "permanent": False},
            ),
            (r"/away", RedirectHandler, {"url": "http://example.com/x"}),
        ]
    )
    answer = running.fetch("/old/a%20b/c?x=1&y=2")
    assert (answer.status, answer.headers["Location"]) == (301, "/new/a%20b/c?x=1&y=2")
    answer = running.fetch("/n/1/2")
    assert (answer.status, answer.headers["Location"]) == (302, "/2/1")
    assert running.fetch("/away").headers["Location"] == "http://example.com/x"


@pytest.mark.parametrize(
    "path",
    [
        "//evil.com",
        "/%2Fevil.com",
        "/%5Cevil.com",
        "/%09/evil.com",
        "/%0d%0aSet-Cookie:x",
        "/\\evil.com",
        "///evil.com",
        "////evil.com",
        "/%2F%2Fevil.com",
        "/%2F%5C/evil.com",
        "/%09//evil.com",
    ],
)
def test_s15_a_client_cannot_redirect_to_another_site(site: MakeSite, path: str) -> None:
    running = site([(r"/(.*)", RedirectHandler, {"url": "/{0}"})])
    assert running.fetch(path).status == 400


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/http://evil.com", None),
        ("/http://[evil", None),
        ("/javascript:alert(1)", None),
        ("/@evil.com", "@evil.com"),
        ("/:80", ":80"),
        ("/%5C@evil.com", "%5C@evil.com"),
    ],
)
@pytest.mark.parametrize("url", ["{0}", "http://example.com{0}"])
def test_s15_a_client_cannot_change_scheme_user_host_or_port(
    site: MakeSite, path: str, location: str | None, url: str
) -> None:
    answer = site([(r"/(.*)", RedirectHandler, {"url": url})]).fetch(path)
    if url != "{0}":
        location = None  # it would end the host with something else
    assert answer.headers["Location"] == location  # a relative one stays on this site
    assert answer.status == (301 if location else 400)


@pytest.mark.parametrize("path", ["evil.com", "/evil.com", "///evil.com", "evil.com?x=1"])
@pytest.mark.parametrize("url", ["https://{0}", "https:{0}", "//{0}"])
def test_s15_a_client_cannot_choose_the_host_that_a_template_leaves_open(
    site: MakeSite, url: str, path: str
) -> None:
    running = site([(r"/to/(.*)", RedirectHandler, {"url": url})])
    assert running.fetch(f"/to/{path}").status == 400


@pytest.mark.parametrize(
    ("path", "status"),
    [("/x", 301), ("", 301), (".evil.com/x", 400), ("@evil.com", 400), (":8/", 400)],
)
def test_s15_a_value_may_follow_a_host_but_not_become_part_of_it(
    site: MakeSite, path: str, status: int
) -> None:
    running = site([(r"/moved(.*)", RedirectHandler, {"url": "https://example.com{0}"})])
    answer = running.fetch(f"/moved{path}")
    assert answer.status == status
    if status == 301:
        assert answer.headers["Location"] == f"https://example.com{path}"


@pytest.mark.parametrize("path", ["/ok/target", "/a/b/target", "/ok/target?x=1"])
def test_a_value_may_follow_the_first_slash(site: MakeSite, path: str) -> None:
    running = site([(r"/(.*)/target", RedirectHandler, {"url": "/{0}/destination"})])
    answer = running.fetch(path)
    assert answer.status == 301
    assert answer.headers["Location"] == path.replace("target", "destination")
    for value in ("", "%2Fevil.com", "%2F%2Fevil.com", "%5C%5Cevil.com"):
        assert running.fetch(f"/{value}/target").status == 400


def test_a_fallback_answers_instead_of_a_handler(site: MakeSite) -> None:
    from tornado.httputil import HTTPHeaders

    def fallback(request: Any) -> None:
        request.connection.respond(200, "OK", HTTPHeaders(), b"fallen back")

    assert (
        site([("/.*", FallbackHandler, {"fallback": fallback})]).fetch("/x").text == "fallen back"
    )
