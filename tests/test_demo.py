"""The demo, started as the README's command starts it, by curl and in a browser."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import text_of, wait_for_text
from programs import PATIENCE, Program, curl, running, unused_port
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

DEMO = Path(__file__).resolve().parents[1] / "demos" / "first_steps" / "app.py"

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = unused_port()
    printed = tmp_path_factory.mktemp("demo")
    address = f"http://127.0.0.1:{port}"
    with running(DEMO, port, "--port", str(port), printed=printed) as program:
        assert program.wait_for_line("Open ").startswith(f"Open {address}/ ")
        yield address


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/hello", 200),
        ("/story/7", 200),
        ("/old", 302),
        ("/secret", 403),
        ("/waiting", 200),
        ("/no", 404),
    ],
)
def test_every_page_answers_with_its_status(demo: str, path: str, status: int) -> None:
    assert curl("--include", f"{demo}{path}").stdout.startswith(f"HTTP/1.1 {status} ")


def test_the_form_answers_what_was_written(demo: str, browser: Chrome) -> None:
    browser.get(f"{demo}/form")
    browser.find_element(By.NAME, "message").send_keys("smørrebrød & <tea>")
    browser.find_element(By.CSS_SELECTOR, "input[type=submit]").click()

    wait_for_text(browser, "You wrote")

    assert text_of(browser) == "You wrote smørrebrød & <tea>"


def test_a_file_is_uploaded_and_described(demo: str, browser: Chrome, tmp_path: Path) -> None:
    file = tmp_path / "a picture.png"
    file.write_bytes(b"x" * 1234)
    browser.get(f"{demo}/upload")
    browser.find_element(By.NAME, "file").send_keys(str(file))
    browser.find_element(By.CSS_SELECTOR, "input[type=submit]").click()

    wait_for_text(browser, "Thank you")

    assert "a picture.png" in text_of(browser)
    assert "1,234 bytes of image/png" in text_of(browser)


def test_every_link_of_the_first_page_leads_somewhere(demo: str, browser: Chrome) -> None:
    browser.get(f"{demo}/")
    links = [link.get_attribute("href") or "" for link in browser.find_elements(By.TAG_NAME, "a")]
    inside = sorted({link for link in links if link.startswith(demo)})
    statuses = {
        link: curl("--output", "/dev/null", "--write-out", "%{http_code}", link).stdout
        for link in inside
    }

    assert len(inside) > 4
    assert set(statuses.values()) <= {"200", "302", "403"}


def sign_in(demo: str, browser: Chrome, name: str) -> None:
    browser.delete_all_cookies()
    browser.get(f"{demo}/sign-in")
    browser.find_element(By.NAME, "name").send_keys(name)
    browser.find_element(By.CSS_SELECTOR, "main input[type=submit]").click()
    wait_for_text(browser, name)


def test_pages_fit_a_narrow_screen_whatever_visitors_write(demo: str, browser: Chrome) -> None:
    browser.set_window_size(500, 800)
    try:
        sign_in(demo, browser, "N" * 40)
        browser.find_element(By.NAME, "text").send_keys("w" * 200)
        browser.find_element(By.CSS_SELECTOR, "#entry-form button").click()
        wait_for_text(browser, "w" * 20)
        for path in ("/", "/story/7", "/form", "/upload", "/secret", "/waiting", "/sign-in"):
            browser.get(f"{demo}{path}")
            page = "document.documentElement"
            width, shown = browser.execute_script(
                f"return [{page}.scrollWidth, {page}.clientWidth]"
            )
            assert width <= shown, path
    finally:
        browser.set_window_size(1000, 800)


@pytest.mark.parametrize("path", ["/secret", "/no", "/story/x"])
def test_an_error_page_leads_back_to_the_beginning(demo: str, browser: Chrome, path: str) -> None:
    browser.delete_all_cookies()
    browser.get(f"{demo}{path}")
    browser.find_element(By.CSS_SELECTOR, "main a").click()
    wait_for_text(browser, "Guest book")

    assert browser.current_url == f"{demo}/"


def test_ctrl_c_ends_the_demo_in_silence(tmp_path: Path) -> None:
    port = unused_port()
    with running(DEMO, port, "--port", str(port), printed=tmp_path) as program:
        assert program.interrupt() == 0
        assert "Traceback" not in program.stderr


def test_a_port_in_use_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        program = Program(DEMO, "--port", str(port), printed=tmp_path)
        try:
            status = program.process.wait(PATIENCE)
        finally:
            program.close()

    assert status == 1
    assert len(program.stderr.splitlines()) == 1
    assert f"port {port} is in use" in program.stderr
    assert "--port" in program.stderr


def test_port_0_takes_a_free_one_and_prints_it(tmp_path: Path) -> None:
    program = Program(DEMO, "--port", "0", printed=tmp_path)
    try:
        address = program.wait_for_line("Open ").split()[1]
        assert curl(f"{address}hello").stdout == "Hello, world"
    finally:
        program.close()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--port", "65536"], "65536 is not between 0 and 65535"),
        (["--port", "http"], "'http'"),
        (["--address", "192.0.2.1"], "this machine has no such address"),
    ],
)
def test_a_wrong_address_is_told_without_a_traceback(
    tmp_path: Path, arguments: list[str], complaint: str
) -> None:
    program = Program(DEMO, *arguments, printed=tmp_path)
    try:
        assert program.process.wait(PATIENCE) != 0
    finally:
        program.close()

    assert complaint in program.stderr
    assert "Traceback" not in program.stderr


def test_a_visitor_signs_in_writes_and_signs_out(demo: str, browser: Chrome) -> None:
    sign_in(demo, browser, "Ann & <Bo>")
    browser.find_element(By.NAME, "text").send_keys("written by <b>script</b>")
    browser.find_element(By.CSS_SELECTOR, "#entry-form button").click()
    wait_for_text(browser, "written by <b>script</b>")
    entries = browser.find_elements(By.CSS_SELECTOR, "#entries .entry")
    assert browser.find_element(By.ID, "count").text == f"{len(entries)} entries"
    assert "written by <b>script</b>" in entries[0].text

    browser.find_element(By.CSS_SELECTOR, ".who button").click()
    wait_for_text(browser, "Sign in")


def test_another_language_is_chosen_and_kept(demo: str, browser: Chrome) -> None:
    browser.delete_all_cookies()
    browser.get(f"{demo}/language?to=zh_CN")
    assert "留言簿" in text_of(browser)
    browser.get(f"{demo}/form")
    assert (
        browser.find_element(By.CSS_SELECTOR, "main input[type=submit]").get_attribute("value")
        == "提交"
    )
    browser.get(f"{demo}/language?to=en_US")
    assert "Guest book" in text_of(browser)


def test_three_things_wait_at_once(demo: str) -> None:
    page = curl(f"{demo}/waiting").stdout
    assert 0.4 <= float(page.partition('id="together">')[2].partition(" s")[0]) < 5


def test_posts_without_the_token_are_refused(demo: str) -> None:
    refused = curl("--include", "--data", "message=x", f"{demo}/form").stdout
    assert refused.startswith("HTTP/1.1 403 ")


@pytest.mark.parametrize(
    ("wanted", "location"),
    [("/form", "/form"), ("//evil.example/", "/"), ("https://evil.example/", "/")],
)
def test_signing_in_does_not_lead_to_another_site(demo: str, wanted: str, location: str) -> None:
    token = "a" * 32
    fields = f"name=Ann&next={wanted}&_xsrf={token}"
    answer = curl("--include", "--cookie", f"_xsrf={token}", "--data", fields, f"{demo}/sign-in")
    assert f"\nLocation: {location}\n" in answer.stdout.replace("\r", "")
