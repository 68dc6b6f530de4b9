"""Forms of other sites: the token keeps them out."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from tornado.web import ErrorHandler, RequestHandler, stream_request_body

MakeSite = Callable[..., Any]

TOKEN = "0123456789abcdef0123456789abcdef"
MASKED = f"2|00000000|{TOKEN}|1300000000"
OTHER = "2|00000000|ffffffffffffffffffffffffffffffff|1300000000"


class Form(RequestHandler):
    def get(self) -> None:
        self.write(self.xsrf_form_html())

    def post(self) -> None:
        self.write("posted")

    put = patch = delete = post

    def options(self) -> None:
        self.write("options")


class Open(RequestHandler):
    def check_xsrf_cookie(self) -> None:
        """Accept everything."""

    def post(self) -> None:
        self.write("posted")


@pytest.fixture
def running(site: MakeSite) -> Any:
    return site(
        [("/", Form), ("/open", Open), ("/gone", ErrorHandler, {"status_code": 410})],
        xsrf_cookies=True,
    )


def post(running: Any, cookie: str | None, sent: str | None, **headers: str) -> int:
    """Send a form and return the status."""
    if cookie is not None:
        headers["Cookie"] = f"_xsrf={cookie}"
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    body = "" if sent is None else urlencode({"_xsrf": sent})
    status: int = running.fetch("/", "POST", body, headers).status
    return status


def test_the_form_field_goes_with_the_cookie(running: Any) -> None:
    answer = running.fetch("/")
    field = re.fullmatch(r'<input type="hidden" name="_xsrf" value="([^"]+)"/>', answer.text)
    assert field is not None
    cookie = answer.headers["Set-Cookie"].partition(";")[0].removeprefix("_xsrf=")
    assert post(running, cookie, field[1]) == 200
    assert post(running, cookie, None) == 403
    assert post(running, None, field[1]) == 403
    assert post(running, cookie, OTHER) == 403


def test_the_cookie_is_set_once(running: Any) -> None:
    answer = running.fetch("/", headers={"Cookie": f"_xsrf={MASKED}"})
    assert "Set-Cookie" not in answer.headers
    assert post(running, MASKED, answer.text.split('"')[5]) == 200
    assert "Set-Cookie" in running.fetch("/", headers={"Cookie": "_xsrf=2|broken"}).headers


def test_s18_the_token_is_masked_per_response(running: Any) -> None:
    pages = {running.fetch("/", headers={"Cookie": f"_xsrf={MASKED}"}).text for _ in range(5)}
    assert len(pages) == 5
    assert not any(TOKEN in page for page in pages)


@pytest.mark.parametrize("cookie", [TOKEN, MASKED])
@pytest.mark.parametrize("sent", [TOKEN, MASKED, "2|ffffffff|fedcba9876543210fedcba9876543210|1"])
def test_both_versions_are_accepted_for_each_other(running: Any, cookie: str, sent: str) -> None:
    assert post(running, cookie, sent) == 200


@pytest.mark.parametrize("name", ["X-Xsrftoken", "X-XSRFToken", "X-Csrftoken", "x-csrftoken"])
def test_scripts_send_the_token_in_a_header(running: Any, name: str) -> None:
    assert post(running, TOKEN, None, **{name: MASKED}) == 200
    assert post(running, TOKEN, None, **{name: OTHER}) == 403
    assert post(running, TOKEN, OTHER, **{name: MASKED}) == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_every_method_that_changes_something_is_checked(running: Any, method: str) -> None:
    assert running.fetch("/", method, "").status == 403
    query = f"/?_xsrf={TOKEN}"
    assert running.fetch(query, method, "", {"Cookie": f"_xsrf={TOKEN}"}).status == 200


def test_the_token_of_a_streamed_body_is_in_the_header_or_the_query(site: MakeSite) -> None:
    @stream_request_body
    class Upload(RequestHandler):
        size = 0

        def data_received(self, chunk: bytes) -> None:
            self.size += len(chunk)

        def post(self) -> None:
            self.write(str(self.size))

    running = site([("/", Upload)], xsrf_cookies=True)
    headers = {"Cookie": f"_xsrf={TOKEN}", "Content-Type": "multipart/form-data; boundary=b"}
    assert running.fetch("/", "POST", "x" * 9, headers).status == 403
    assert running.fetch("/", "POST", "x" * 9, {**headers, "X-XSRFToken": MASKED}).text == "9"
    assert running.fetch(f"/?_xsrf={TOKEN}", "POST", "x" * 9, headers).text == "9"


def test_safe_methods_are_not_checked(running: Any) -> None:
    assert running.fetch("/", "OPTIONS").text == "options"
    assert running.fetch("/").status == 200


@pytest.mark.parametrize(
    ("cookie", "sent"),
    [
        ("", ""),
        ("2|", "2|"),
        ("2||", "2||"),
        ("2|00000000||1", "2|00000000||1"),
        ("3|x", "3|x"),
        ("", TOKEN),
        (TOKEN, ""),
        (TOKEN, "2|0g000000|aa|1"),
        (TOKEN, TOKEN[:-1]),
        (TOKEN, TOKEN + "00"),
        (TOKEN, "é"),
    ],
)
def test_s18_malformed_tokens_are_refused(running: Any, cookie: str, sent: str) -> None:
    assert post(running, cookie, sent) == 403


def test_s18_tokens_are_compared_in_constant_time(
    running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []
    original = hmac.compare_digest

    def recording(one: bytes, other: bytes) -> bool:
        compared.append((one.hex(), other.hex()))
        return original(one, other)

    monkeypatch.setattr(hmac, "compare_digest", recording)
    assert post(running, TOKEN, OTHER) == 403
    assert compared == [("f" * 32, TOKEN)]


def test_a_handler_can_do_without_and_errors_do(running: Any) -> None:
    assert running.fetch("/open", "POST", "").text == "posted"
    assert running.fetch("/gone", "POST", "").status == 410
    assert running.fetch("/nowhere", "POST", "").status == 404


def test_without_the_setting_nothing_is_checked(site: MakeSite) -> None:
    assert site([("/", Form)]).fetch("/", "POST", "").text == "posted"


def test_s18_the_name_with_a_prefix_keeps_other_hosts_from_setting_it(site: MakeSite) -> None:
    running = site(
        [("/", Form)],
        xsrf_cookies=True,
        xsrf_cookie_name="__Host-xsrf",
        xsrf_cookie_kwargs={"secure": True, "samesite": "Strict"},
    )
    answer = running.fetch("/")
    cookie, _, attributes = answer.headers["Set-Cookie"].partition("; ")
    assert cookie.startswith("__Host-xsrf=2|")
    assert attributes == "Path=/; SameSite=Strict; Secure"
    assert post(running, TOKEN, TOKEN) == 403  # a cookie that another host of the domain has set
    body = urlencode({"_xsrf": TOKEN})
    headers = {
        "Cookie": f"_xsrf={TOKEN}; __Host-xsrf={TOKEN}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    assert running.fetch("/", "POST", body, headers).status == 200


@pytest.mark.parametrize(("version", "pattern"), [(1, "[0-9a-f]{32}"), (2, r"2(\|[0-9a-f]+){3}")])
def test_the_version_is_a_setting(site: MakeSite, version: int, pattern: str) -> None:
    running = site([("/", Form)], xsrf_cookies=True, xsrf_cookie_version=version)
    cookie = running.fetch("/").headers["Set-Cookie"].partition(";")[0]
    assert re.fullmatch(f"_xsrf={pattern}", cookie)


def test_the_cookie_of_a_user_lasts(site: MakeSite) -> None:
    class Handler(Form):
        def get_current_user(self) -> str:
            return "ann"

    answer = site([("/", Handler)], xsrf_cookies=True).fetch("/")
    assert "; expires=" in answer.headers["Set-Cookie"]
    answer = site([("/", Handler)], xsrf_cookies=True, xsrf_cookie_kwargs={"expires_days": None})
    assert "; expires=" not in answer.fetch("/").headers["Set-Cookie"]


def test_the_token_is_a_property_too(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            self.write({"same": self.xsrf_token == self.xsrf_token, "is": str(self.xsrf_token)})

    answer = site([("/", Handler)]).fetch("/", headers={"Cookie": f"_xsrf={TOKEN}"})
    assert answer.text.startswith('{"same": true, "is": "b\'2|')
