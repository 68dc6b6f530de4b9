"""One URL for each page, to which a redirect never leads by another site."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tornado.web import RequestHandler, addslash, removeslash

MakeSite = Callable[..., Any]


class Adding(RequestHandler):
    @addslash
    def get(self) -> None:
        self.write("page")

    head = post = get


class Removing(RequestHandler):
    @removeslash
    def get(self) -> None:
        self.write("page")

    head = post = get


@pytest.mark.parametrize(
    ("handler", "path", "location"),
    [
        (Adding, "/a", "/a/"),
        (Adding, "/a?x=1&y=%20", "/a/?x=1&y=%20"),
        (Adding, "/a%2f", "/a%2f/"),
        (Adding, "http://x.com/a", "/a/"),
        (Adding, "/a/", None),
        (Adding, "/a/?x=1", None),
        (Adding, "/", None),
        (Removing, "/a/", "/a"),
        (Removing, "/a///", "/a"),
        (Removing, "/a/?x=1", "/a?x=1"),
        (Removing, "/a/?", "/a"),
        (Removing, "/a", None),
        (Removing, "/a?x=/", None),
        (Removing, "/", None),
    ],
)
def test_one_of_both_paths_is_redirected(
    site: MakeSite, handler: Any, path: str, location: str | None
) -> None:
    running = site([("/.*", handler)])
    answer = running.fetch(path)
    head = running.fetch(path, "HEAD")
    if location is None:
        assert (answer.status, answer.text, head.status) == (200, "page", 200)
        assert running.fetch(path, "POST", "").status == 200
    else:
        assert (answer.status, answer.headers["Location"]) == (301, location)
        assert (head.status, head.headers["Location"]) == (301, location)
        assert running.fetch(path, "POST", "").status == 404


@pytest.mark.parametrize(
    ("handler", "path"),
    [
        (Adding, "//evil.com"),
        (Adding, "/\\evil.com"),
        (Adding, "///evil.com"),
        (Adding, "//evil.com?x=/"),
        (Removing, "//evil.com/"),
        (Removing, "/\\evil.com/"),
        (Removing, "//evil.com//?x"),
    ],
)
def test_s15_slashes_never_lead_to_another_host(site: MakeSite, handler: Any, path: str) -> None:
    answer = site([(".*", handler)]).fetch(path)
    assert answer.status == 403
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/%2f%2fevil.com", "/%09/evil.com", "/%5cevil.com", "/.//evil.com"]
)
def test_s15_encoded_slashes_stay_encoded(site: MakeSite, path: str) -> None:
    running = site([(".*", Adding)])
    assert running.fetch(path).headers["Location"] == f"{path}/"
