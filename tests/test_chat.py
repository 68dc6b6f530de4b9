"""The chat: two browsers, one for each transport, and what its server takes and refuses."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from chatting import TOKEN, ChatServer, connect, post, post_form, read_until, redis_server, sign_in
from programs import PATIENCE
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from tornado.escape import json_decode, json_encode
from tornado.httpclient import AsyncHTTPClient, HTTPClientError

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    folder = tmp_path_factory.mktemp("chat")
    rooms = "lobby,kitchen,attic,cellar,garden,workshop,library,hall,porch"
    with ChatServer(folder, "--rate", "1000", "--rooms", rooms) as started:
        yield started


@pytest.fixture(scope="module", params=["one process", "two processes with Redis"])
def addresses(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[str]]:
    """Return where the two browsers go."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("chat")
        if request.param == "one process":
            only = stack.enter_context(ChatServer(folder))
            yield [only.address, only.address]
        else:
            redis = stack.enter_context(redis_server(folder))
            yield [
                stack.enter_context(ChatServer(folder / name, "--redis", redis.url)).address
                for name in ("a", "b")
            ]


# Two browsers.


def enter(browser: Chrome, address: str, name: str, transport: str) -> None:
    browser.get(f"{address}/sign-in")
    browser.delete_all_cookies()
    browser.execute_script("localStorage.setItem('transport', arguments[0])", transport)
    browser.get(address)
    browser.find_element(By.NAME, "name").send_keys(name)
    browser.find_element(By.CSS_SELECTOR, "main button").click()
    wait_for(browser, "#status.connected", "connected")
    assert Select(browser.find_element(By.ID, "transport")).first_selected_option.get_attribute(
        "value"
    ) == transport  # fmt: skip


def texts(browser: Chrome, selector: str) -> list[str]:
    return [each.text for each in browser.find_elements(By.CSS_SELECTOR, selector)]


def wait_for(browser: Chrome, selector: str, *wanted: str) -> None:
    """Wait until the elements of a selector have these texts."""
    wait = WebDriverWait(browser, PATIENCE, ignored_exceptions=[WebDriverException])
    wait.until(lambda driver: texts(driver, selector) == list(wanted))


def write(browser: Chrome, text: str) -> None:
    browser.find_element(By.NAME, "text").send_keys(text + "\n")


def test_two_browsers_on_both_transports_see_each_other(
    addresses: list[str], browser: Chrome, second_browser: Chrome
) -> None:
    enter(browser, addresses[0], "Ann", "socket")
    enter(second_browser, addresses[1], "Bo & <Co>", "polling")
    for each in (browser, second_browser):
        wait_for(each, "#people li", "Ann", "Bo & <Co>")

    said = ["<b>Hello</b>, {{ 1 }}", "Hi Ann & all", "How are you?"]
    for number, (writer, text) in enumerate(
        zip((browser, second_browser, browser), said, strict=True), 1
    ):
        write(writer, text)
        for each in (browser, second_browser):
            wait_for(each, ".message:not(.pending) p", *said[:number])

    assert texts(browser, ".message.mine p") == [said[0], said[2]]
    assert texts(second_browser, ".message.mine p") == [said[1]]
    second_browser.get("about:blank")
    wait_for(browser, "#people li", "Ann")

    second_browser.get(f"{addresses[1]}/room/lobby")  # the history is in the page
    wait_for(second_browser, ".message p", *said)
    second_browser.get(f"{addresses[1]}/room/kitchen")
    wait_for(second_browser, "#people li", "Bo & <Co>")
    assert texts(second_browser, ".message p") == []


def test_a_browser_without_websockets_polls_after_three_attempts(
    server: ChatServer, browser: Chrome
) -> None:
    refused = "window.WebSocket = class extends WebSocket { constructor(url) { super(String(url).replace('/a/socket', '/no/socket')); } };"
    added = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": refused})
    try:
        browser.get(f"{server.address}/sign-in")
        browser.delete_all_cookies()
        browser.execute_script("localStorage.setItem('transport', 'socket')")
        browser.get(f"{server.address}/room/porch")
        browser.find_element(By.NAME, "name").send_keys("Ann")
        browser.find_element(By.CSS_SELECTOR, "main button").click()
        wait_for(browser, "#status.connected", "connected")
        chooser = Select(browser.find_element(By.ID, "transport"))
        assert chooser.first_selected_option.text == "long polling"
        assert browser.execute_script("return localStorage.getItem('transport')") == "socket"
        write(browser, "over long polling")
        wait_for(browser, ".message:not(.pending) p", "over long polling")
    finally:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


def test_the_page_fits_a_phone(server: ChatServer, browser: Chrome) -> None:
    browser.set_window_size(500, 800)
    try:
        enter(browser, server.address, "N" * 40, "socket")
        write(browser, "w" * 300)
        wait_for(browser, ".message:not(.pending) p", "w" * 300)
        width, shown = browser.execute_script(
            "let page = document.documentElement; return [page.scrollWidth, page.clientWidth]"
        )
        assert width <= shown
    finally:
        browser.set_window_size(1000, 800)
        browser.get("about:blank")


def test_browsers_get_what_was_said_while_their_server_was_away(
    tmp_path: Path, browser: Chrome, second_browser: Chrome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAT_SECRET", "so that they stay signed in")
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server(tmp_path))
        options = ("--redis", redis.url)
        first, second = (
            stack.enter_context(ChatServer(tmp_path / name, *options)) for name in ("a", "b")
        )
        enter(browser, first.address, "Ann", "socket")
        enter(second_browser, first.address, "Bo", "polling")
        first.kill()
        for each in (browser, second_browser):
            wait_for(each, "#status.away", "reconnecting")
        write(browser, "written while away")
        asyncio.run(say(second.address, "Cy", "said elsewhere"))
        first.start()

        for each in (browser, second_browser):
            wait_for(each, ".message:not(.pending) p", "said elsewhere", "written while away")
            each.get("about:blank")


async def say(address: str, name: str, text: str, key: str = "a", room: str = "lobby") -> Any:
    cookies = await sign_in(address, name)
    return await post(f"{address}/a/message/new", cookies, room=room, id=key, text=text)


# What the server takes and refuses.


def test_a_message_that_is_sent_again_is_not_doubled(server: ChatServer) -> None:
    async def send_twice() -> list[dict[str, Any]]:
        cookies = await sign_in(server.address, "Ann")
        await say(server.address, "Ann", "hello", "same", "attic")
        async with connect(server.address, cookies, "attic") as connection:
            connection.write_message(json_encode({"id": "same", "text": "hello"}))
            await read_until(connection, lambda news: news.get("stored") == "same")
        await say(server.address, "Bo", "hello", "same", "attic")  # somebody else's id
        async with connect(server.address, cookies, "attic") as connection:
            news = await read_until(connection, lambda news: "messages" in news)
        messages: list[dict[str, Any]] = news["messages"]
        return messages

    messages = asyncio.run(send_twice())

    assert [message["name"] for message in messages] == ["Ann", "Bo"]


def test_a_client_gets_what_came_after_its_cursor_on_both_transports(server: ChatServer) -> None:
    async def come_back() -> list[list[str]]:
        cookies = await sign_in(server.address, "Ann")
        url = f"{server.address}/a/message/updates"
        await say(server.address, "Ann", "seen", "one", "cellar")
        first = json_decode((await post(url, cookies, room="cellar", cursor="")).body)
        for number in range(3):
            await say(server.address, "Bo", f"missed {number}", f"{number}", "cellar")
        cursor = first["cursor"]
        polled = json_decode((await post(url, cookies, room="cellar", cursor=cursor)).body)
        async with connect(server.address, cookies, "cellar", cursor) as connection:
            news = await read_until(connection, lambda news: "messages" in news)
        return [[each["text"] for each in answer["messages"]] for answer in (first, polled, news)]

    missed = [f"missed {number}" for number in range(3)]
    assert asyncio.run(come_back()) == [["seen"], missed, missed]


def test_a_client_hears_when_more_happened_than_a_room_remembers(server: ChatServer) -> None:
    async def stay_away() -> dict[str, Any]:
        cookies = await sign_in(server.address, "Ann")
        position = json_decode((await say(server.address, "Bo", "0", "a", "garden")).body)[
            "position"
        ]
        async with connect(server.address, cookies, "garden") as connection:
            for number in range(600):
                key = f"n{number}"
                connection.write_message(json_encode({"id": key, "text": f"{number}"}))
                await read_until(connection, lambda news, key=key: news.get("stored") == key)
        async with connect(server.address, cookies, "garden", position) as connection:
            return await read_until(connection, lambda news: "messages" in news)

    news = asyncio.run(stay_away())

    assert news["missed"] is True
    assert [message["text"] for message in news["messages"]] == [f"{n}" for n in range(100, 600)]


def test_a_poll_is_answered_when_a_message_comes(server: ChatServer) -> None:
    async def poll() -> tuple[float, dict[str, Any]]:
        cookies = await sign_in(server.address, "Ann")
        url = f"{server.address}/a/message/updates"
        first = json_decode((await post(url, cookies, room="hall")).body)
        people = json_encode([each["name"] for each in first["people"]])
        waiting = asyncio.create_task(
            post(url, cookies, room="hall", cursor=first["cursor"], people=people)
        )
        await asyncio.sleep(0.3)
        assert not waiting.done()
        began = time.monotonic()
        await say(server.address, "Ann", "at last", "x", "hall")
        answer: dict[str, Any] = json_decode((await waiting).body)
        return time.monotonic() - began, answer

    seconds, answer = asyncio.run(poll())

    assert seconds < 5
    assert [message["text"] for message in answer["messages"]] == ["at last"]
    assert "people" not in answer


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id": "", "text": "x"}, "a message needs an id of 1 to 64 letters, digits, - and _"),
        ({"id": "a b", "text": "x"}, "a message needs an id of 1 to 64 letters, digits, - and _"),
        ({"id": "a", "text": " \n "}, "the message is empty"),
        ({"id": "a", "text": "x" * 2001}, "the message has 2001 characters, 2000 are allowed"),
    ],
)
def test_a_wrong_message_is_refused_with_a_reason(
    server: ChatServer, fields: dict[str, str], reason: str
) -> None:
    async def send() -> tuple[Any, dict[str, Any]]:
        cookies = await sign_in(server.address, "Ann")
        posted = await post(f"{server.address}/a/message/new", cookies, room="porch", **fields)
        async with connect(server.address, cookies, "porch") as connection:
            connection.write_message(json_encode(fields))
            return posted, await read_until(connection, lambda news: "refused" in news)

    posted, news = asyncio.run(send())

    refusal = {"refused": fields["id"], "reason": reason, "retry_after": None}
    assert posted.code == 400
    assert json_decode(posted.body) == refusal
    assert news == refusal


@pytest.mark.parametrize(
    ("message", "code"), [("no JSON", 1003), ("[1]", 1003), ('"' + "x" * 40_000 + '"', 1009)]
)
def test_what_is_not_a_message_closes_the_websocket(
    server: ChatServer, message: str, code: int
) -> None:
    async def send() -> int | None:
        cookies = await sign_in(server.address, "Ann")
        async with connect(server.address, cookies) as connection:
            connection.write_message(message)
            async for _ in connection:
                pass
        return connection.close_code

    assert asyncio.run(send()) == code


def test_who_sends_too_fast_has_to_wait_and_loses_nothing(tmp_path: Path) -> None:
    async def hurry(server: ChatServer) -> tuple[list[str], list[float]]:
        cookies, waits = await sign_in(server.address, "Ann"), []
        async with connect(server.address, cookies) as connection:
            for number in range(12):
                message = json_encode({"id": f"{number}", "text": f"{number}"})
                while True:
                    connection.write_message(message)
                    answer = await read_until(
                        connection, lambda news: "stored" in news or "refused" in news
                    )
                    if "stored" in answer:
                        break
                    waits.append(answer["retry_after"])
                    await asyncio.sleep(answer["retry_after"])
        async with connect(server.address, cookies) as connection:
            news = await read_until(connection, lambda news: "messages" in news)
        return [message["text"] for message in news["messages"]], waits

    with ChatServer(tmp_path, "--rate", "2") as server:
        texts, waits = asyncio.run(hurry(server))

    assert texts == [f"{number}" for number in range(12)]
    assert 1 <= len(waits) <= 8
    assert all(0 < wait <= 0.5 for wait in waits)


def test_a_second_name_does_not_get_round_the_limit(tmp_path: Path) -> None:
    async def send_under(server: ChatServer, name: str, count: int) -> list[int]:
        cookies, statuses = await sign_in(server.address, name), []
        for number in range(count):
            url, text = f"{server.address}/a/message/new", f"{number}"
            answer = await post(url, cookies, room="lobby", id=f"{name}{number}", text=text)
            statuses.append(answer.code)
        return statuses

    async def main(server: ChatServer) -> tuple[list[int], list[int]]:
        return await send_under(server, "Ann", 6), await send_under(server, "Bob", 2)

    with ChatServer(tmp_path, "--rate", "0.01") as server:  # one at once, then one in 100 seconds
        first, second = asyncio.run(main(server))

    assert first == [200] + [503] * 5
    assert second == [503] * 2


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/a/message/updates", {"room": "no"}, 404),
        ("/a/message/updates", {"room": "lobby", "cursor": "x"}, 400),
        ("/a/message/updates", {"room": "lobby", "people": "{"}, 400),
        ("/a/message/new", {"room": "no", "id": "a", "text": "a"}, 404),
        ("/a/message/new", {"room": "lobby", "id": "a", "text": "x" * 200_000}, 413),
        ("/sign-in", {"name": "x" * 41}, 400),
        ("/sign-in", {"name": "\u202e "}, 400),
    ],
)
def test_a_wrong_form_is_refused(
    server: ChatServer, path: str, fields: dict[str, str], status: int
) -> None:
    async def send() -> int:
        cookies = await sign_in(server.address, "Ann")
        return (await post(f"{server.address}{path}", cookies, **fields)).code

    assert asyncio.run(send()) == status


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/a/message/new", "/a/message/updates"])
def test_a_form_without_the_token_is_refused(server: ChatServer, path: str) -> None:
    async def send() -> int:
        cookies = (await sign_in(server.address, "Ann")).partition("; ")[2]
        return (await post(f"{server.address}{path}", cookies, room="lobby", name="Ann")).code

    assert asyncio.run(send()) == 403


@pytest.mark.parametrize(
    ("cookies", "headers"),
    [("", {}), ("user=forged", {}), (None, {"Origin": "https://evil.example"})],
)
def test_a_websocket_needs_a_user_and_a_page_of_this_server(
    server: ChatServer, cookies: str | None, headers: dict[str, str]
) -> None:
    async def open_websocket() -> None:
        given = await sign_in(server.address, "Ann") if cookies is None else cookies
        with pytest.raises(HTTPClientError) as refused:
            async with connect(server.address, given, **headers):
                pass
        assert refused.value.code == 403

    asyncio.run(open_websocket())


def test_the_form_works_without_a_script(server: ChatServer) -> None:
    async def send() -> tuple[int, str, str]:
        cookies = await sign_in(server.address, "Ann")
        fields = f"room=library&text=by+a+plain+form&_xsrf={TOKEN}"
        answer = await post_form(f"{server.address}/a/message/new", fields, cookies)
        page = await AsyncHTTPClient().fetch(
            f"{server.address}/room/library", headers={"Cookie": cookies}
        )
        return answer.code, answer.headers["Location"], page.body.decode()

    code, location, page = asyncio.run(send())

    assert (code, location) == (303, "/room/library")
    assert "<p>by a plain form</p>" in page


def test_a_closed_connection_of_a_poll_is_noticed(server: ChatServer) -> None:
    """Its user is gone a little later."""

    async def poll_and_leave() -> None:
        ann, bo = [await sign_in(server.address, name) for name in ("Ann", "Bo")]
        body = f"room=workshop&cursor=1-0&_xsrf={TOKEN}&people=%5B%22Ann%22%2C%22Bo%22%5D"
        async with connect(server.address, ann, "workshop") as connection:
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(
                f"POST /a/message/updates HTTP/1.1\r\nHost: chat\r\nCookie: {bo}\r\n"
                "Content-Type: application/x-www-form-urlencoded\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
            )
            await read_until(connection, lambda news: len(news.get("people", ())) == 2)
            writer.close()
            await writer.wait_closed()
            await read_until(connection, lambda news: len(news.get("people", ())) == 1)

    asyncio.run(poll_and_leave())
