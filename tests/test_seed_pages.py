"""The documents' programs on cookies, users, forged requests and UI modules, over real sockets."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import seed_pages
from programs import curl

Serve = Callable[..., str]


@pytest.mark.parametrize("path", ["/plain", "/"], ids=["plain", "signed"])
def test_a_cookie_is_set_and_comes_back(serve: Serve, tmp_path: Path, path: str) -> None:
    site = serve(seed_pages.COOKIES)
    jar = str(tmp_path / "jar")

    first = curl("--cookie-jar", jar, f"{site}{path}").stdout
    second = curl("--cookie", jar, f"{site}{path}").stdout

    assert (first, second) == ("Your cookie was not set yet!", "Your cookie was set!")


def test_a_forged_cookie_counts_for_nothing(serve: Serve) -> None:
    site = serve(seed_pages.COOKIES)

    forged = "mycookie=2|1:0|10:1795343846|8:mycookie|12:bXl2YWx1ZQ==|" + "0" * 64
    answer = curl("--cookie", forged, f"{site}/").stdout

    assert answer == "Your cookie was not set yet!"


@pytest.mark.parametrize(
    ("program", "login"),
    [(seed_pages.SIGN_IN, "/login"), (seed_pages.AUTHENTICATED, "/login?next=%2F")],
    ids=["by hand", "authenticated"],
)
def test_who_is_not_signed_in_signs_in_and_is_greeted(
    serve: Serve, tmp_path: Path, program: str, login: str
) -> None:
    site = serve(program)
    jar = ["--cookie-jar", str(tmp_path / "jar"), "--cookie", str(tmp_path / "jar")]

    refused = curl("--include", f"{site}/").stdout
    signed_in = curl(*jar, "--include", "--data-urlencode", "name=Ann & <Bob>", f"{site}/login")
    greeting = curl(*jar, f"{site}/").stdout

    assert refused.startswith("HTTP/1.1 302 Found")
    assert f"Location: {login}\n" in refused.replace("\r", "")
    assert "Location: /\n" in signed_in.stdout.replace("\r", "")
    assert greeting == "Hello, Ann &amp; &lt;Bob&gt;"


def test_a_form_without_the_token_is_refused(serve: Serve, tmp_path: Path) -> None:
    site = serve(seed_pages.XSRF, {"form.html": seed_pages.XSRF_FORM})
    jar = ["--cookie-jar", str(tmp_path / "jar"), "--cookie", str(tmp_path / "jar")]

    page = curl(*jar, f"{site}/").stdout
    field = re.search('<input type="hidden" name="_xsrf" value="([^"]+)"/>', page)
    assert field is not None
    without = curl(*jar, "--include", "--data", "message=hello", f"{site}/new_message").stdout
    data = ["--data", "message=hello", "--data-urlencode", f"_xsrf={field[1]}"]
    with_it = curl(*jar, *data, f"{site}/new_message").stdout
    without_cookie = curl("--include", *data, f"{site}/new_message").stdout

    assert without.startswith("HTTP/1.1 403 Forbidden")
    assert with_it == '{"said": "hello"}'
    assert without_cookie.startswith("HTTP/1.1 403 Forbidden")


@pytest.mark.parametrize("database", ["sqlite", "mariadb"])
def test_ui_modules_make_the_entries_of_a_database(
    serve: Serve, database: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database == "mariadb":
        monkeypatch.setenv("DATABASE", request.getfixturevalue("mariadb_url"))
    site = serve(seed_pages.UI_MODULES, seed_pages.UI_FILES)

    home = curl(f"{site}/").stdout
    entry = curl(f"{site}/entry/1").stdout

    assert re.findall('<div class="entry">(.*)</div>', home) == [
        "&lt;The second&gt;",
        "The first",
    ]
    assert '<div class="entry">The first with comments</div>' in entry
    assert curl("--include", f"{site}/entry/3").stdout.startswith("HTTP/1.1 404 ")


def test_a_ui_module_brings_its_style_sheet_once(serve: Serve) -> None:
    site = serve(seed_pages.UI_MODULES, seed_pages.UI_FILES_WITH_STYLE)

    head, _, body = curl(f"{site}/").stdout.partition("</head>")

    assert head.count(".entry { margin-bottom: 1em; }") == 1
    assert body.count('<div class="entry">An entry</div>') == 2
