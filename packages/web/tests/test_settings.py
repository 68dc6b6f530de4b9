"""Settings of the application that a handler requires."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tornado.web import RequestHandler

MakeSite = Callable[..., Any]


class Mailing(RequestHandler):
    def get(self, name: str) -> None:
        self.require_setting(name, "the mail")
        self.write(f"there: {self.settings[name]}")

    def post(self, name: str) -> None:
        self.require_setting(name)


def test_a_setting_with_a_value_is_enough(site: MakeSite) -> None:
    assert site([("/(.*)", Mailing)], server="smtp").fetch("/server").text == "there: smtp"


@pytest.mark.expected_errors("Uncaught exception")
@pytest.mark.parametrize("value", [None, "", 0, False])
def test_a_setting_without_a_value_is_missing(site: MakeSite, value: Any) -> None:
    assert site([("/(.*)", Mailing)], server=value).fetch("/server").status == 500


@pytest.mark.parametrize(("method", "feature"), [("GET", "the mail"), ("POST", "this feature")])
def test_a_missing_setting_is_named_with_its_feature(
    site: MakeSite, caplog: pytest.LogCaptureFixture, method: str, feature: str
) -> None:
    assert site([("/(.*)", Mailing)]).fetch("/server", method).status == 500
    assert f"set the 'server' setting of the application to use {feature}\n" in caplog.text


def test_a_subclass_may_know_settings_from_elsewhere(site: MakeSite) -> None:
    class Lenient(RequestHandler):
        def require_setting(self, name: str, feature: str = "this feature") -> None:
            if name != "cookie_secret":
                super().require_setting(name, feature)
            self.settings.setdefault("cookie_secret", "from elsewhere")

        def get(self) -> None:
            self.set_signed_cookie("user", "me")

    assert "user=" in site([("/", Lenient)]).fetch("/").headers["Set-Cookie"]
