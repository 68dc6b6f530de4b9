"""The locale of a handler."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import tornado.locale
from tornado.web import RequestHandler

MakeSite = Callable[..., Any]


@pytest.fixture(autouse=True)
def translations(tmp_path: Path) -> Iterator[None]:
    for code, text in (("de", "Hallo"), ("fr_FR", "Bonjour"), ("pt_BR", "Olá")):
        (tmp_path / f"{code}.csv").write_text(f'"Hello","{text}"\n', "utf-8")
    tornado.locale.load_translations(str(tmp_path))
    yield
    empty = tmp_path / "empty"
    empty.mkdir()
    tornado.locale.load_translations(str(empty))


class Greeting(RequestHandler):
    def get(self) -> None:
        self.write(f"{self.locale.code} {self.locale.translate('Hello')}")


@pytest.mark.parametrize(
    ("field", "answer"),
    [
        ("de", "de Hallo"),
        ("de-AT", "de Hallo"),
        ("fr-FR, de;q=0.9", "fr_FR Bonjour"),
        ("de;q=0.3, pt-br;q=0.7", "pt_BR Olá"),
        ("xx, de;q=0.1", "de Hallo"),
        ("de;q=0", "en_US Hello"),
        ("xx", "en_US Hello"),
        ("*", "en_US Hello"),
    ],
)
def test_the_browser_says_which_language(site: MakeSite, field: str, answer: str) -> None:
    running = site([("/", Greeting)])
    assert running.fetch("/", headers={"Accept-Language": field}).text == answer


def test_without_the_field_it_is_the_default(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            self.write(f"{self.locale.code} {self.get_browser_locale('de').code}")

    assert site([("/", Handler)]).fetch("/").text == "en_US de"


def test_the_user_is_asked_first(site: MakeSite) -> None:
    calls = []

    class Handler(Greeting):
        def get_user_locale(self) -> Any:
            calls.append(self)
            code = self.get_argument("language", None)
            return tornado.locale.get(code) if code else None

        def post(self) -> None:
            self.locale = tornado.locale.get("pt_BR")
            self.get()

    running = site([("/", Handler)])
    german = {"Accept-Language": "de"}
    assert running.fetch("/?language=fr_FR", headers=german).text == "fr_FR Bonjour"
    assert running.fetch("/", headers=german).text == "de Hallo"
    assert len(calls) == 2
    assert running.fetch("/", "POST", "").text == "pt_BR Olá"
