"""The demo of signing in: its site and its provider, in a browser and by curl."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest
from browsing import text_of, wait_for_text
from programs import PATIENCE, Program, curl
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tornado.auth import AuthError

FOLDER = Path(__file__).resolve().parents[1] / "demos" / "auth"
DEMO = FOLDER / "app.py"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636, appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

pytestmark = pytest.mark.timeout(180)


class Demo(NamedTuple):
    site: str
    provider: str
    program: Program


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    printed = tmp_path_factory.mktemp("auth")
    program = Program(DEMO, "--port", "0", "--provider-port", "0", printed=printed)
    try:
        site = program.wait_for_line("Open ").split()[1].rstrip("/")
        provider = curl(f"{site}/").stdout.partition('<a href="http')[2].partition('/"')[0]
        yield Demo(site, f"http{provider}", program)
    finally:
        program.close()


def load(name: str) -> ModuleType:
    """Return a module of the demo."""
    spec = importlib.util.spec_from_file_location(f"auth_demo_{name}", FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def accounts() -> ModuleType:
    """The module of the provider that remembers."""
    return load("accounts")


# In a browser.


def start(demo: Demo, browser: Chrome) -> None:
    browser.get(f"{demo.site}/")
    browser.delete_all_cookies()
    browser.get(f"{demo.site}/")
    wait_for_text(browser, "Who are you?")


def press(browser: Chrome, label: str) -> None:
    browser.find_element(By.XPATH, f"//main//button[contains(., '{label}')]").click()


def sign_in(demo: Demo, browser: Chrome, name: str) -> None:
    start(demo, browser)
    press(browser, "Continue with the local provider")
    wait_for_text(browser, "Choose an account")
    assert browser.current_url.startswith(f"{demo.provider}/authorize?")
    press(browser, name)
    wait_for_text(browser, "Signed in by")


def test_a_user_signs_in_and_the_site_knows_who_it_is(demo: Demo, browser: Chrome) -> None:
    sign_in(demo, browser, "Ada Lovelace")
    assert browser.current_url == f"{demo.site}/"
    shown = {each: browser.find_element(By.ID, each).text for each in ("name", "email", "subject")}
    assert shown == {
        "name": "Ada Lovelace",
        "email": "ada@example.com verified",
        "subject": "ada",
    }
    browser.find_element(By.TAG_NAME, "summary").click()
    claims = json.loads(browser.find_element(By.ID, "claims").text)
    assert claims["iss"] == demo.provider
    assert {"nonce", "sid", "at_hash"} <= claims.keys()


def test_a_user_signs_out_here_and_at_the_provider(demo: Demo, browser: Chrome) -> None:
    sign_in(demo, browser, "Grace Hopper")
    press(browser, "Sign out")
    wait_for_text(browser, "Sign out?")
    assert browser.current_url.startswith(f"{demo.provider}/sign-out?")
    press(browser, "Sign out")
    wait_for_text(browser, "You are signed out.")
    browser.get(f"{demo.site}/")
    assert "Who are you?" in text_of(browser)
    browser.get(f"{demo.provider}/")
    assert "Nobody is signed in" in text_of(browser)


def test_a_user_signs_out_of_the_site_alone(demo: Demo, browser: Chrome) -> None:
    sign_in(demo, browser, "Grace Hopper")
    press(browser, "Only of this site")
    wait_for_text(browser, "The provider still knows you.")
    press(browser, "Continue with the local provider")
    wait_for_text(browser, "Signed in by")  # without a question
    assert browser.find_element(By.ID, "name").text == "Grace Hopper"


def test_a_sign_out_at_the_provider_reaches_the_site(demo: Demo, browser: Chrome) -> None:
    sign_in(demo, browser, "Alan Turing")
    browser.get(f"{demo.provider}/")
    assert "Alan Turing" in text_of(browser)
    press(browser, "Sign out everywhere")
    wait_for_text(browser, "Nobody is signed in")
    browser.get(f"{demo.site}/")
    assert "Who are you?" in text_of(browser)


def test_a_sign_out_at_the_provider_leaves_others_signed_in(
    demo: Demo, browser: Chrome, second_browser: Chrome
) -> None:
    sign_in(demo, browser, "Alan Turing")
    sign_in(demo, second_browser, "Alan Turing")
    browser.get(f"{demo.provider}/")
    press(browser, "Sign out everywhere")
    wait_for_text(browser, "Nobody is signed in")
    second_browser.get(f"{demo.site}/")
    assert "Signed in by" in text_of(second_browser)


def test_somebody_who_refuses_is_not_signed_in(demo: Demo, browser: Chrome) -> None:
    start(demo, browser)
    press(browser, "Continue with the local provider")
    wait_for_text(browser, "Choose an account")
    press(browser, "None of them")
    wait_for_text(browser, "Nobody was signed in: the provider says that this was refused.")


def test_an_answer_is_worthless_in_another_browser(
    demo: Demo, browser: Chrome, second_browser: Chrome
) -> None:
    """A link with a valid answer signs nobody in who did not ask: login CSRF."""
    start(demo, browser)
    start(demo, second_browser)
    press(browser, "Continue with the local provider")
    wait_for_text(browser, "Choose an account")
    request = browser.current_url
    second_browser.get(request)
    press(second_browser, "Ada Lovelace")
    wait_for_text(second_browser, "Nobody was signed in")
    assert "begin again" in second_browser.find_element(By.ID, "reason").text
    second_browser.find_element(By.CSS_SELECTOR, "main a.button").click()
    wait_for_text(second_browser, "Who are you?")


def test_the_pages_fit_a_phone(demo: Demo, browser: Chrome) -> None:
    browser.set_window_size(500, 800)
    try:
        start(demo, browser)
        pages = [f"{demo.site}/", f"{demo.site}/nothing", f"{demo.provider}/"]
        press(browser, "Continue with the local provider")
        wait_for_text(browser, "Choose an account")
        _check_width(browser)
        press(browser, "Ada Lovelace")
        wait_for_text(browser, "Signed in by")
        for page in pages:
            browser.get(page)
            for summary in browser.find_elements(By.TAG_NAME, "summary"):
                summary.click()
            _check_width(browser)
    finally:
        browser.set_window_size(1000, 800)


def _check_width(browser: Chrome) -> None:
    width, shown = browser.execute_script(
        "let page = document.documentElement; return [page.scrollWidth, page.clientWidth]"
    )
    assert width <= shown, browser.current_url


# What the site and the provider refuse.


def status(*arguments: str) -> str:
    answer = curl(
        "--output", "/dev/null", "--write-out", "%{http_code} %{redirect_url}", *arguments
    )
    return answer.stdout.strip()


def test_the_site_refuses_what_was_not_asked_for(demo: Demo) -> None:
    callback = f"{demo.site}/sign-in/local/callback"
    for query in ("", "?code=c", "?code=c&state=s", "?error=access_denied&state=s"):
        assert status(f"{callback}{query}") == "403"
    assert status("--data", "", f"{demo.site}/sign-in/local") == "403"  # a forged form
    assert status("--data", "logout_token=a.b.c", f"{demo.site}/sign-in/local/ended") == "400"
    assert status(f"{demo.site}/signed-out/local?state=s") == f"303 {demo.site}/"


def authorize(demo: Demo, **changes: str) -> str:
    asked = {
        "client_id": "demo",
        "redirect_uri": f"{demo.site}/sign-in/local/callback",
        "response_type": "code",
        "scope": "openid",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    arguments = [each for pair in asked.items() for each in ("--data-urlencode", "=".join(pair))]
    return status("--get", *arguments, f"{demo.provider}/authorize")


def test_the_provider_sends_nobody_to_an_address_that_it_does_not_know(demo: Demo) -> None:
    assert authorize(demo) == "200"
    assert authorize(demo, client_id="another") == "400"
    for wrong in ("https://example.com/", f"{demo.site}/sign-in/local/callback/", ""):
        assert authorize(demo, redirect_uri=wrong) == "400"
    parameters = "client_id=demo&post_logout_redirect_uri=https://example.com/"
    assert status(f"{demo.provider}/sign-out?{parameters}") == "400"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "\u00e9" * 43}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_the_provider_says_what_is_wrong(demo: Demo, changes: dict[str, str], error: str) -> None:
    answer = authorize(demo, **changes)
    assert answer.startswith(f"303 {demo.site}/sign-in/local/callback?")
    assert f"error={error}&" in answer
    assert "iss=" in answer


def test_the_provider_wants_the_secret_of_the_client(demo: Demo) -> None:
    assert status("--data", "grant_type=authorization_code", f"{demo.provider}/token") == "401"
    assert status("--user", "demo:wrong", "--data", "code=c", f"{demo.provider}/token") == "401"
    assert status("--header", "Authorization: Bearer x", f"{demo.provider}/userinfo") == "401"


@pytest.mark.parametrize(
    ("redirect_uri", "verifier"), [("https://a/callback", VERIFIER[::-1]), ("https://b/", VERIFIER)]
)
def test_a_code_of_the_provider_counts_once_and_for_one_request(
    accounts: ModuleType, redirect_uri: str, verifier: str
) -> None:
    issuer = accounts.Issuer("https://issuer")
    client = accounts.Client("id", "secret", "A site", "https://a/callback", "https://a/", "")
    request = {"redirect_uri": "https://a/callback", "code_challenge": CHALLENGE, "scope": "openid"}
    session = issuer.begin(accounts.ACCOUNTS["ada"])

    code = issuer.new_code(client, session, request)
    tokens = issuer.exchange(client, code, "https://a/callback", VERIFIER)
    assert issuer.userinfo(tokens["access_token"]) == {"sub": "ada"}
    with pytest.raises(accounts.Refusal, match="unknown"):
        issuer.exchange(client, code, "https://a/callback", VERIFIER)
    with pytest.raises(accounts.Refusal):
        issuer.exchange(client, issuer.new_code(client, session, request), redirect_uri, verifier)
    issuer.end(session)
    assert issuer.userinfo(tokens["access_token"]) is None


def test_a_session_of_the_provider_ends(accounts: ModuleType) -> None:
    issuer = accounts.Issuer("https://issuer")
    client = accounts.Client("id", "secret", "A site", "https://a/callback", "https://a/", "")
    request = {"redirect_uri": "https://a/callback", "code_challenge": CHALLENGE, "scope": "openid"}
    session, other = issuer.begin(accounts.ACCOUNTS["ada"]), issuer.begin(accounts.ACCOUNTS["alan"])
    code = issuer.new_code(client, session, request)
    tokens = issuer.exchange(client, code, "https://a/callback", VERIFIER)
    assert issuer.find(session.id) is session
    session.since -= accounts.SESSION_LIFETIME + 1
    assert issuer.find(session.id) is None
    assert issuer.userinfo(tokens["access_token"]) is None
    third = issuer.begin(accounts.ACCOUNTS["grace"])
    assert issuer.sessions == {other.id: other, third.id: third}


# What the site makes of odd answers.


@pytest.mark.parametrize("value", [1e18, 10**400, -1e18, float("inf"), "soon", None, [1]])
def test_a_time_beyond_all_dates_is_shown_as_it_is(value: object) -> None:
    claims = {"exp": value, "iat": 0}
    shown = json.loads(load("handlers").readable(claims))
    assert shown == {"exp": value, "iat": "1970-01-01T00:00:00+00:00"}


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "ada",
        {},
        {"id": 1},
        {"login": "ada"},
        {"id": "1", "login": "a"},
        {"id": 1, "login": 2},
    ],
)
def test_an_answer_of_github_that_is_not_a_user_is_refused(answer: object) -> None:
    with pytest.raises(AuthError, match="does not say who"):
        load("sessions").user_of_github(None, answer)


def test_an_answer_of_github_is_a_user() -> None:
    module = load("sessions")
    user = module.user_of_github(None, {"id": 1, "login": "ada", "name": None, "email": 5})
    assert (user.subject, user.name, user.email) == ("1", "ada", None)


# The program.


def test_ctrl_c_ends_the_demo_in_silence(tmp_path: Path) -> None:
    program = Program(DEMO, "--port", "0", "--provider-port", "0", printed=tmp_path)
    try:
        program.wait_for_line("Open ")
        assert program.interrupt() == 0
        assert "Traceback" not in program.stderr
    finally:
        program.close()


def test_the_example_of_real_providers_is_read_and_offered(tmp_path: Path) -> None:
    example = str(FOLDER / "providers.example.toml")
    options = "--port", "0", "--no-local-provider", "--providers", example
    program = Program(DEMO, *options, printed=tmp_path)
    try:
        site = program.wait_for_line("Open ").split()[1]
        page = curl(site).stdout
        for title in ("Google", "Microsoft", "GitLab", "GitHub"):
            assert f"Continue with {title}" in page
            program.wait_for_line(f"{title}: comes back to {site}sign-in/{title.lower()}/callback")
    finally:
        program.close()


def test_github_is_asked_with_the_client_and_the_scope(tmp_path: Path) -> None:
    example = str(FOLDER / "providers.example.toml")
    options = "--port", "0", "--no-local-provider", "--providers", example
    program = Program(DEMO, *options, printed=tmp_path)
    token = "a" * 32
    try:
        site = program.wait_for_line("Open ").split()[1]
        cookie, form = ("--cookie", f"_xsrf={token}"), ("--data", f"_xsrf={token}")
        target = status(*cookie, *form, f"{site}sign-in/github")
        assert target.startswith("302 https://github.com/login/oauth/authorize?")
        assert "scope=read%3Auser+user%3Aemail" in target
        assert "code_challenge_method=S256" in target
    finally:
        program.close()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[google]\nissuer = 'https://accounts.google.com'", "[google] needs client_id"),
        ("[google]\nclient_id = 'x'", "[google] needs issuer"),
        ("[google]\nclient_id = 'x'\nsecret = 'y'", "[google] has 'secret'"),
        ("[x]\nkind = 'saml'", "[x] kind is one of openid, github"),
        ("[local]\n", "[local] must be made of"),
        ("google = 1", "google must be a table"),
        ("[", "providers.toml: "),
    ],
)
def test_a_file_of_providers_that_is_wrong_is_told_in_one_line(
    tmp_path: Path, text: str, complaint: str
) -> None:
    file = tmp_path / "providers.toml"
    file.write_text(text)
    program = Program(DEMO, "--port", "0", "--providers", str(file), printed=tmp_path)
    try:
        assert program.process.wait(PATIENCE) == 1
    finally:
        program.close()
    assert complaint in program.stderr
    assert len(program.stderr.splitlines()) == 1
