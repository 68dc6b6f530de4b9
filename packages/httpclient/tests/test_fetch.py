"""What a fetch does, with both clients on both loops."""

from __future__ import annotations

import asyncio
import http.cookiejar
import json
import sys
import time
from typing import Any

import pytest

from tornado.curl_httpclient import CurlAsyncHTTPClient
from tornado.httpclient import (
    AsyncHTTPClient,
    FormFile,
    HTTPClientError,
    HTTPRequest,
    HTTPResponse,
    HTTPStreamClosedError,
    Retry,
)


async def test_a_url_gives_its_body_and_fields(make, serve):
    peer = await serve(serve.reply(b"hello", Content_Type="text/plain", X_Twice="a"))
    response = await make.fetch(peer.url("/path?query"))
    assert response.code == 200
    assert response.reason == "OK"
    assert response.body == b"hello"
    assert response.buffer.read() == b"hello"
    assert response.headers["content-type"] == "text/plain"
    assert response.effective_url == peer.url("/path?query")
    assert response.error is None
    assert 0 <= response.request_time <= response.time_info["total"] < 10
    assert peer.requests[0].line == "GET /path?query HTTP/1.1"
    assert peer.requests[0].fields["host"] == f"127.0.0.1:{peer.port}"


async def test_the_response_knows_the_request_that_its_caller_made(make, serve):
    peer = await serve(serve.reply())
    request = HTTPRequest(peer.url())
    response = await make.fetch(request)
    assert response.request is request


async def test_fetches_one_after_the_other_share_a_connection(make, serve):
    peer = await serve(serve.reply())
    for _ in range(5):
        await make.fetch(peer.url())
    assert peer.connections == 1


async def test_fields_are_sent_as_they_were_given(make, serve):
    peer = await serve(serve.reply())
    await make.fetch(peer.url(), headers={"X-One": "1", "accept": "a/b"}, user_agent="me")
    fields = peer.requests[0].fields
    assert (fields["x-one"], fields["accept"], fields["user-agent"]) == ("1", "a/b", "me")


async def test_a_field_of_the_request_outweighs_the_user_agent_of_the_client(make, serve):
    peer = await serve(serve.reply())
    client = make(defaults={"user_agent": "client"})
    await client.fetch(peer.url(), headers={"User-Agent": "request"})
    await client.fetch(peer.url(), user_agent=b"bytes")
    await client.fetch(peer.url())
    agents = [request.fields["user-agent"] for request in peer.requests]
    assert agents == ["request", "bytes", "client"]


async def test_a_url_may_be_bytes_and_nothing_else_than_text(make, serve):
    peer = await serve(serve.reply())
    assert (await make.fetch(peer.url("/a").encode())).effective_url == peer.url("/a")
    assert (await make.fetch(HTTPRequest(peer.url("/a").encode()))).body == b"hello"
    for value in (None, 5, ["http://example.com/"]):
        with pytest.raises(TypeError, match="a URL is text, not"):
            make.fetch(value)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
async def test_a_body_goes_out_with_its_length(make, serve, method):
    peer = await serve(serve.reply())
    await make.fetch(peer.url(), method=method, body="żółw")
    assert peer.requests[0].method == method
    assert peer.requests[0].body == "żółw".encode()


async def test_a_large_body_arrives_whole(make, serve):
    peer = await serve(serve.reply())
    body = bytes(range(256)) * 8192
    await make.fetch(peer.url(), method="PUT", body=body)
    assert peer.requests[0].body == body


async def test_a_post_without_a_type_is_a_form(make, serve):
    peer = await serve(serve.reply())
    await make.fetch(peer.url(), method="POST", body="a=b")
    assert peer.requests[0].fields["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"method": "POST"}, ValueError),
        ({"method": "GET", "body": b"x"}, ValueError),
        ({"method": "HEAD", "body": b"x"}, ValueError),
        ({"method": "BREW"}, KeyError),
        ({"method": "GET", "auth_mode": "strange"}, ValueError),
        ({"method": "POST", "body": b"", "body_producer": print}, ValueError),
    ],
)
async def test_a_request_that_cannot_be_made_says_why(make, serve, options, error):
    peer = await serve(serve.reply())
    with pytest.raises(error):
        await make.fetch(peer.url(), **options)
    assert not peer.requests


async def test_other_methods_have_to_be_allowed(make, serve):
    peer = await serve(serve.reply())
    await make.fetch(peer.url(), method="PROPFIND", allow_nonstandard_methods=True)
    await make.fetch(peer.url(), method="GET", body=b"x", allow_nonstandard_methods=True)
    await make.fetch(peer.url(), method="DELETE")
    assert [request.method for request in peer.requests] == ["PROPFIND", "GET", "DELETE"]
    assert peer.requests[1].body == b"x"


async def test_a_status_outside_of_2xx_is_raised_with_its_response(make, serve):
    peer = await serve(serve.reply(b"gone away", "404 Not Here"))
    with pytest.raises(HTTPClientError, match="HTTP 404: Not Here") as caught:
        await make.fetch(peer.url())
    assert caught.value.code == 404
    assert caught.value.response.body == b"gone away"


async def test_without_raise_error_the_response_has_the_error(make, serve):
    peer = await serve(serve.reply(b"", "503 Busy"))
    response = await make.fetch(peer.url(), raise_error=False)
    assert response.code == 503
    assert isinstance(response.error, HTTPClientError)
    assert isinstance(response, HTTPResponse)
    with pytest.raises(HTTPClientError):
        response.rethrow()


async def test_without_raise_error_a_broken_exchange_still_raises(make, serve):
    peer = await serve(b"", close=True)
    with pytest.raises(HTTPStreamClosedError):
        await make.fetch(peer.url(), raise_error=False)


async def test_not_modified_is_an_error_without_a_body(make, serve):
    peer = await serve(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n")
    for _ in range(2):
        response = await make.fetch(
            peer.url(), raise_error=False, if_modified_since=time.time(), request_timeout=5
        )
        assert response.code == 304
    assert "if-modified-since" in peer.requests[0].fields
    assert peer.connections == 1


async def test_head_has_no_body_whatever_its_fields_say(make, serve):
    peer = await serve(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
    for _ in range(2):
        response = await make.fetch(peer.url(), method="HEAD")
        assert response.body == b""
        assert response.headers["Content-Length"] == "5000"
    assert peer.connections == 1


async def test_interim_responses_are_passed_over(make, serve):
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    peer = await serve(early * 3 + serve.reply())
    response = await make.fetch(peer.url())
    assert (response.code, response.body) == (200, b"hello")
    assert "Link" not in response.headers


async def test_chunks_are_joined_and_trailers_kept(make, serve):
    peer = await serve(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nX-Sum: 42\r\n\r\n"
    )
    response = await make.fetch(peer.url())
    assert response.body == b"hello world"
    assert response.trailers["X-Sum"] == "42"
    assert not (await make.fetch(peer.url(), method="HEAD")).trailers


async def test_a_body_may_end_with_the_connection(make, serve):
    peer = await serve(b"HTTP/1.0 200 OK\r\n\r\nthe whole of it", close=True)
    response = await make.fetch(peer.url())
    assert response.body == b"the whole of it"


async def test_the_classic_callback_gets_the_response_and_the_call_gives_none(make, serve):
    peer = await serve(serve.reply(b"", "500 Oops"))
    responses: asyncio.Queue[HTTPResponse] = asyncio.Queue()
    client = make()
    assert client.fetch(peer.url(), responses.put_nowait) is None
    assert client.fetch(peer.url(), callback=responses.put_nowait) is None
    assert client.fetch("http://127.0.0.1:1/", responses.put_nowait) is None
    codes = [(await responses.get()).code for _ in range(3)]
    assert sorted(codes) == [500, 500, 599]


async def test_what_a_callback_of_fetch_impl_raises_is_logged(make, serve, caplog):
    peer = await serve(serve.reply())
    client = make()
    called = asyncio.Event()

    def fail(response: HTTPResponse) -> None:
        called.set()
        raise ZeroDivisionError

    client.fetch_impl(HTTPRequest(peer.url(), decompress_response=False), fail)
    await called.wait()
    await asyncio.sleep(0)
    assert "ZeroDivisionError" in caplog.text
    assert client._queue.active == 0


async def test_a_subclass_takes_what_a_callback_of_curl_raises(curl, serve):

    class Client(CurlAsyncHTTPClient):
        def handle_callback_exception(self, callback: Any) -> None:
            caught.set_result((callback, sys.exception()))

    def fail(response: HTTPResponse) -> None:
        raise ZeroDivisionError

    peer = await serve(serve.reply())
    caught: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    async with Client(force_instance=True) as client:
        client.fetch_impl(HTTPRequest(peer.url(), decompress_response=False), fail)
        callback, error = await caught
    assert callback is fail
    assert isinstance(error, ZeroDivisionError)


async def test_a_request_that_a_client_cannot_perform_frees_its_place(make, serve):
    peer = await serve(serve.reply())
    client = make(max_clients=1)
    for options in ({"proxy_host": ["a"], "proxy_port": 1}, {"network_interface": {"a": 1}}):
        async with asyncio.timeout(5):
            with pytest.raises(TypeError):
                await client.fetch(peer.url(), **options)
    assert (await client.fetch(peer.url())).code == 200


async def test_the_streaming_callback_gets_the_body_in_parts(make, serve):
    peer = await serve(serve.reply(b"x" * 200_000))
    pieces: list[bytes] = []
    response = await make.fetch(peer.url(), streaming_callback=pieces.append)
    assert b"".join(pieces) == b"x" * 200_000
    assert response.body == b""


async def test_a_streaming_callback_may_be_a_coroutine_function(make, serve):
    peer = await serve(serve.reply(b"0123456789" * 50_000))
    pieces: list[bytes] = []
    running = 0

    async def take(piece: bytes) -> None:
        nonlocal running
        running += 1
        assert running == 1
        await asyncio.sleep(0.001)
        pieces.append(piece)
        running -= 1

    client = make()
    for _ in range(2):
        pieces.clear()
        await client.fetch(peer.url(), streaming_callback=take)
        assert b"".join(pieces) == b"0123456789" * 50_000
    assert peer.connections == 1


@pytest.mark.parametrize("is_coroutine", [False, True])
async def test_what_a_streaming_callback_raises_ends_the_fetch(make, serve, is_coroutine):
    peer = await serve(serve.reply(b"x" * 100_000))

    def take(piece: bytes) -> None:
        raise ZeroDivisionError

    async def take_later(piece: bytes) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await make.fetch(peer.url(), streaming_callback=take_later if is_coroutine else take)


async def test_a_response_can_be_iterated(make, serve):
    peer = await serve(serve.reply(b"abc" * 100_000, Content_Type="a/b"))
    async with make().stream(peer.url()) as response:
        assert (response.code, response.headers["Content-Type"]) == (200, "a/b")
        body = b"".join([piece async for piece in response])
    assert body == b"abc" * 100_000


async def test_the_head_of_a_stream_is_there_before_its_body(make, serve):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-A: b\r\n\r\n")
        await body_wanted.wait()
        writer.write(b"late")

    body_wanted = asyncio.Event()
    peer = await serve(answer)
    async with make().stream(peer.url()) as response:
        assert response.headers["X-A"] == "b"
        body_wanted.set()
        assert [piece async for piece in response] == [b"late"]


async def test_leaving_a_stream_early_closes_its_connection(make, serve):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nfirst")
        await writer.drain()
        while not writer.is_closing():
            writer.write(b"x" * 1000)
            await writer.drain()
            await asyncio.sleep(0.001)
        closed.set()

    closed = asyncio.Event()
    peer = await serve(answer)
    async with make().stream(peer.url()) as response:
        async for _ in response:
            break
    await asyncio.wait_for(_until(lambda: closed.is_set() or peer.writers[0].is_closing()), 10)


async def _until(condition: Any) -> None:
    while not condition():  # noqa: ASYNC110 - what is waited for belongs to a transport
        await asyncio.sleep(0.01)


async def test_a_stream_raises_what_ends_it(make, serve):
    peer = await serve(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", close=True)

    async def read() -> None:
        async with make().stream(peer.url()) as response:
            async for _ in response:
                pass

    with pytest.raises(HTTPStreamClosedError):
        await read()


async def test_the_header_callback_gets_lines(make, serve):
    peer = await serve(serve.reply(b"", Content_Type="a/b"))
    lines: list[str] = []
    await make.fetch(peer.url(), header_callback=lines.append)
    assert lines == [
        "HTTP/1.1 200 OK\r\n",
        "Content-Type: a/b\r\n",
        "Content-Length: 0\r\n",
        "\r\n",
    ]


def producing(pieces: list[bytes]) -> Any:
    async def produce(write: Any) -> None:
        for piece in pieces:
            await write(piece)
            await asyncio.sleep(0)

    return produce


def iterating(pieces: list[bytes]) -> Any:
    async def iterate() -> Any:
        for piece in pieces:
            yield piece
            await asyncio.sleep(0)

    return iterate()


@pytest.mark.parametrize("kind", [producing, iterating])
async def test_a_producer_makes_a_body_in_chunks(make, serve, kind):
    peer = await serve(serve.reply())
    pieces = [b"one", b"", b"two" * 50_000, b"three"]
    client = make()
    await client.fetch(peer.url(), method="POST", body_producer=kind(pieces))
    assert peer.requests[0].body == b"".join(pieces)
    assert peer.requests[0].fields["transfer-encoding"] == "chunked"
    await client.fetch(peer.url())
    assert peer.connections == 1


async def test_a_producer_may_announce_its_length(make, serve):
    peer = await serve(serve.reply())
    await make.fetch(
        peer.url(),
        method="PUT",
        body_producer=producing([b"abc", b"def"]),
        headers={"Content-Length": "6"},
    )
    assert peer.requests[0].body == b"abcdef"
    assert "transfer-encoding" not in peer.requests[0].fields


async def test_what_a_producer_raises_ends_the_fetch(make, serve):
    async def produce(write: Any) -> None:
        await write(b"begun")
        raise ZeroDivisionError

    peer = await serve(serve.reply())
    with pytest.raises(ZeroDivisionError):
        await make.fetch(peer.url(), method="POST", body_producer=produce)


async def test_the_server_is_asked_before_the_body_is_sent(make, serve):
    async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer.writers.append(writer)
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"Expect: 100-continue" in head
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.readexactly(1), 0.1)
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        bodies.append(await reader.readexactly(4))
        writer.write(serve.reply())

    bodies: list[bytes] = []
    peer = await serve(b"")
    peer.serve = ask
    server = await asyncio.start_server(ask, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    response = await make.fetch(url, method="PUT", body=b"body", expect_100_continue=True)
    server.close()
    assert bodies == [b"body"]
    assert response.body == b"hello"


async def test_json_forms_and_files_are_bodies(make, serve):
    peer = await serve(serve.reply())
    client = make()
    await client.fetch(peer.url(), method="POST", json={"a": [1, None]})
    await client.fetch(peer.url(), method="POST", form={"a": "ż", "b": ["1", "2"]})
    file = FormFile('we"ird.txt', b"content", "text/plain")
    await client.fetch(peer.url(), method="POST", form={"a": "b"}, files={"f": file})
    as_json, as_form, as_parts = peer.requests
    assert json.loads(as_json.body) == {"a": [1, None]}
    assert as_json.fields["content-type"] == "application/json"
    assert as_form.body == b"a=%C5%BC&b=1&b=2"
    assert as_parts.fields["content-type"].startswith("multipart/form-data; boundary=")
    assert b'filename="we%22ird.txt"\r\nContent-Type: text/plain\r\n\r\ncontent' in as_parts.body


async def test_basic_authentication_comes_from_options_or_from_the_url(make, serve):
    peer = await serve(serve.reply())
    client = make()
    await client.fetch(peer.url(), auth_username="me", auth_password="open:sesame")
    await client.fetch(peer.url().replace("//", "//me:open%3Asesame@"))
    sent = {request.fields["authorization"] for request in peer.requests}
    assert sent == {"Basic bWU6b3BlbjpzZXNhbWU="}


async def test_cookies_are_kept_only_with_a_jar(make, serve):
    peer = await serve(serve.reply(b"", Set_Cookie="session=42; Path=/"))
    without, with_jar = make(), make(cookie_jar=http.cookiejar.CookieJar())
    for client in (without, with_jar):
        await client.fetch(peer.url())
        await client.fetch(peer.url())
    cookies = [request.fields.get("cookie") for request in peer.requests]
    assert cookies == [None, None, None, "session=42"]


async def test_progress_is_reported_in_both_directions(make, serve):
    peer = await serve(serve.reply(b"x" * 300_000))
    up: list[tuple[int, int | None]] = []
    down: list[tuple[int, int | None]] = []
    await make.fetch(
        peer.url(),
        method="POST",
        body=b"y" * 200_000,
        upload_progress=lambda sent, total: up.append((sent, total)),
        download_progress=lambda received, total: down.append((received, total)),
    )
    assert up[-1] == (200_000, 200_000)
    assert down[-1] == (300_000, 300_000)
    assert up == sorted(up)
    assert down == sorted(down)


async def test_a_retry_is_made_if_it_was_asked_for(make, serve):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        busy = len(peer.requests) < 3
        writer.write(serve.reply(b"", "503 Busy") if busy else serve.reply())

    peer = await serve(answer)
    client = make()
    response = await client.fetch(peer.url(), retry=Retry(attempts=3, backoff=0.01))
    assert response.code == 200
    assert len(peer.requests) == 3


async def test_a_retry_is_not_made_for_a_post_or_unless_asked_for(make, serve):
    peer = await serve(serve.reply(b"", "503 Busy"))
    client = make()
    await client.fetch(peer.url(), raise_error=False)
    await client.fetch(
        peer.url(), method="POST", body=b"", retry=Retry(backoff=0.01), raise_error=False
    )
    assert len(peer.requests) == 2


async def test_a_unix_socket_takes_the_place_of_the_network(make, serve, tmp_path):
    path = str(tmp_path / "peer")
    peer = await serve(serve.reply(), path=path)
    response = await make.fetch("http://docker/version", unix_socket=path)
    assert response.body == b"hello"
    assert peer.requests[0].fields["host"] == "docker"


async def test_a_connection_can_come_from_a_given_address(make, serve):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(serve.reply(writer.get_extra_info("peername")[0].encode()))

    peer = await serve(answer)
    response = await make.fetch(peer.url(), network_interface="127.0.0.2")
    assert response.body == b"127.0.0.2"


async def test_defaults_of_the_client_fill_what_a_request_leaves_open(make, serve):
    peer = await serve(serve.reply(b"", "302 Found", Location="/elsewhere"))
    client = make(defaults={"follow_redirects": False, "user_agent": "ours"})
    response = await client.fetch(peer.url(), raise_error=False)
    assert response.code == 302
    assert peer.requests[0].fields["user-agent"] == "ours"


async def test_a_request_object_takes_no_further_arguments(make, serve):
    with pytest.raises(ValueError, match="method beside an HTTPRequest"):
        make().fetch(HTTPRequest("http://127.0.0.1/"), method="HEAD")


async def test_a_closed_client_refuses_to_fetch(make):
    client = make()
    client.close()
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.fetch("http://127.0.0.1/")


async def test_a_client_is_a_context_manager(make, serve):
    peer = await serve(serve.reply())
    async with make() as client:
        assert (await client.fetch(peer.url())).body == b"hello"
    with pytest.raises(RuntimeError):
        client.fetch(peer.url())


async def test_all_callers_on_a_loop_share_a_client(loop_kind):
    first, second = AsyncHTTPClient(), AsyncHTTPClient()
    own = AsyncHTTPClient(force_instance=True)
    assert first is second
    assert own is not first
    first.close()
    third = AsyncHTTPClient()
    assert third is not first
    third.close()
    own.close()


async def test_options_for_one_request_do_not_reach_the_next(make, serve):
    peer = await serve(serve.reply())
    client = make(max_clients=1)
    await client.fetch(
        peer.url(),
        method="POST",
        body=b"secret",
        headers={"X-Secret": "1"},
        auth_username="a",
        auth_password="b",
        user_agent="other",
    )
    await client.fetch(peer.url())
    second = peer.requests[1]
    assert second.method == "GET"
    assert second.body == b""
    assert not {"x-secret", "authorization", "content-type", "content-length"} & set(second.fields)
    assert second.fields["user-agent"] != "other"
