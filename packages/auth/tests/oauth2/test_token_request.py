"""Token requests: how the client proves who it is, and what of the answers is taken."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import urllib.parse

import pytest

from tornado.auth import AuthError, OAuth2Mixin, OAuth2Provider, ProviderError
from tornado.auth import _http as http_of_auth
from tornado.auth._oauth2._provider import Client
from tornado.auth._oauth2._token_request import ClientRequests
from tornado.httpclient import AsyncHTTPClient
from tornado.web import RequestHandler, asynchronous

SECRET = "s+e%c r:e&t=\u00e9"
CLIENT = Client("client:id", SECRET)
SENT = {
    "grant_type": "authorization_code",
    "code": "the-code-of-the-user",
    "code_verifier": "the-verifier-of-the-user",
}


class Endpoint(RequestHandler):
    """A token endpoint that answers as a test wants."""

    def initialize(self, received, answer):
        self.received, self.answer = received, answer

    async def post(self):
        self.received.append(self.request)
        await self.answer(self)


@pytest.fixture
def request_tokens(site):
    """Send a token request to an endpoint that answers as given, and return what it received."""

    def send(answer, *, client=CLIENT, **changes):
        received = []

        async def call(handler):
            result = answer(handler)
            if result is not None:
                await result

        url = site([("/token", Endpoint, {"received": received, "answer": call})]).url
        provider = OAuth2Provider(
            name="p", authorize_url=f"{url}/auth", token_url=f"{url}/token", **changes
        )

        async def run():
            async with AsyncHTTPClient(force_instance=True) as http_client:
                return await ClientRequests(http_client, provider, client).request_tokens(SENT)

        try:
            return asyncio.run(run()), received
        except AuthError as error:
            return error, received

    return send


def good(handler):
    handler.write({"access_token": "t", "token_type": "Bearer", "unknown": [1], "x-y": None})


def form_of(request):
    return dict(urllib.parse.parse_qsl(request.body.decode()))


def test_unknown_members_are_kept_and_harm_nothing(request_tokens):
    tokens, _ = request_tokens(good)
    assert tokens == {"access_token": "t", "token_type": "Bearer", "unknown": [1], "x-y": None}


def test_basic_has_both_parts_form_encoded_and_the_form_has_no_client(request_tokens):
    _, [request] = request_tokens(good)
    scheme, _, pair = request.headers["Authorization"].partition(" ")
    user, _, password = base64.b64decode(pair).decode().partition(":")
    assert scheme == "Basic"
    assert urllib.parse.unquote_plus(user) == "client:id"
    assert urllib.parse.unquote_plus(password) == SECRET
    assert not {"client_id", "client_secret"} & form_of(request).keys()


def test_the_form_has_both_and_there_is_no_basic(request_tokens):
    _, [request] = request_tokens(good, client_authentication="client_secret_post")
    assert form_of(request)["client_id"] == "client:id"
    assert form_of(request)["client_secret"] == SECRET
    assert "Authorization" not in request.headers


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
def test_a_client_without_a_secret_says_its_id_only(request_tokens, method):
    _, [request] = request_tokens(good, client=Client("us"), client_authentication=method)
    assert form_of(request) == {**SENT, "client_id": "us"}
    assert "Authorization" not in request.headers


def test_nothing_is_in_the_url(request_tokens):
    _, [request] = request_tokens(good)
    assert request.uri == "/token"


def test_a_redirect_is_not_followed(request_tokens):
    error, received = request_tokens(lambda handler: handler.redirect("/token", status=307))
    assert isinstance(error, ProviderError)
    assert error.status == 307
    assert len(received) == 1


def test_a_form_as_an_answer_is_read(request_tokens):
    def answer(handler):
        handler.set_header("Content-Type", "application/x-www-form-urlencoded")
        handler.write("access_token=t&token_type=bearer&scope=")

    assert request_tokens(answer)[0]["access_token"] == "t"


@pytest.mark.parametrize(
    "body",
    ["", "[]", "null", "1", '"a"', "{", "<html>", '{"access_token": 1}', "{}", "[" * 100_000],
)
def test_other_answers_are_refused(request_tokens, body):
    error, _ = request_tokens(lambda handler: handler.finish(body))
    assert isinstance(error, AuthError)


@pytest.mark.parametrize(
    "members",
    [
        {"access_token": ""},
        {"access_token": "secret\u00e9"},
        {"access_token": "secret\n"},
        {"access_token": "secret\ud800"},
        {"refresh_token": "secret\ud800"},
        {"refresh_token": "secret\u00e9"},
        {"refresh_token": 1},
    ],
)
def test_tokens_are_printable_ascii(request_tokens, members):
    """RFC 6749 sections A.12 and A.17; others could not be sent."""
    answer = {"access_token": "t", "token_type": "Bearer", **members}
    error, _ = request_tokens(lambda handler: handler.write(json.dumps(answer)))
    assert isinstance(error, AuthError)
    assert "secret" not in str(error)


def test_a_refresh_token_may_be_left_out(request_tokens):
    for members in ({}, {"refresh_token": None}, {"refresh_token": "r"}):
        answer = {"access_token": "t", "token_type": "Bearer", **members}
        tokens, _ = request_tokens(lambda handler, answer=answer: handler.write(json.dumps(answer)))
        assert tokens == answer


@pytest.mark.parametrize("token_type", ["mac", "DPoP", "N_A", "", 1, ["Bearer"]])
def test_s19_a_token_of_a_type_that_is_not_known_is_not_used_as_bearer(request_tokens, token_type):
    answer = {"access_token": "t", "token_type": token_type}
    error, _ = request_tokens(lambda handler: handler.write(json.dumps(answer)))
    assert isinstance(error, AuthError)
    assert "not Bearer" in str(error)


@pytest.mark.parametrize("members", [{"token_type": "bearer"}, {"token_type": "BEARER"}, {}])
def test_a_bearer_token_may_say_so_in_any_case_or_not_at_all(request_tokens, members):
    answer = {"access_token": "t", **members}
    assert request_tokens(lambda handler: handler.write(json.dumps(answer)))[0] == answer


def test_s11_an_answer_that_is_too_large_is_refused(request_tokens):
    def announced(handler):
        handler.write(b'{"access_token": "t", "x": "' + b"y" * http_of_auth.MAX_ANSWER_SIZE + b'"}')

    def streamed(handler):
        async def write():
            handler.write(b'{"access_token": "t", "x": "')
            await handler.flush()
            handler.write(b"y" * http_of_auth.MAX_ANSWER_SIZE)
            await handler.flush()
            handler.finish(b'"}')

        return write()

    for answer in (announced, streamed):
        error, _ = request_tokens(answer)
        assert isinstance(error, AuthError)
        assert "did not answer" in str(error)


def test_s8_an_answer_that_does_not_come_is_not_waited_for(request_tokens, monkeypatch):
    monkeypatch.setattr(http_of_auth, "ANSWER_TIMEOUT", 0.2)
    error, _ = request_tokens(lambda handler: asyncio.sleep(30))
    assert isinstance(error, AuthError)
    assert "HTTPTimeoutError" in str(error)


def test_an_error_says_what_the_provider_said_and_no_secret(request_tokens):
    def answer(handler):
        handler.set_status(400)
        handler.write(
            {
                "error": "invalid_grant",
                "error_description": f"code {SENT['code']}\n\x1b[31m of {SECRET} " + "x" * 5000,
            }
        )

    error, _ = request_tokens(answer)
    assert isinstance(error, ProviderError)
    assert (error.error, error.status) == ("invalid_grant", 400)
    assert str(error).startswith("the token endpoint answered 400: invalid_grant: code ...")
    assert len(str(error)) < 300
    assert str(error).isprintable()
    for secret in (SENT["code"], SENT["code_verifier"], SECRET):
        assert secret not in str(error)
        assert secret not in (error.description or "")


def test_an_error_with_the_status_of_success_is_one(request_tokens):
    error, _ = request_tokens(lambda handler: handler.write({"error": "bad_verification_code"}))
    assert isinstance(error, ProviderError)
    assert error.error == "bad_verification_code"


def test_an_error_in_facebooks_form_is_read(request_tokens):
    def answer(handler):
        handler.set_status(400)
        handler.write({"error": {"type": "OAuthException", "message": "expired", "code": 100}})

    error, _ = request_tokens(answer)
    assert (error.error, error.description) == ("OAuthException", "expired")


def test_a_token_endpoint_over_http_gets_no_code():
    provider = OAuth2Provider(
        name="p", authorize_url="https://p.example/a", token_url="http://p.example/token"
    )

    async def run():
        await ClientRequests(AsyncHTTPClient(), provider, Client("us")).request_tokens(SENT)

    with pytest.raises(AuthError, match="must be an https URL"):
        asyncio.run(run())


def test_a_client_does_not_show_its_secret():
    assert SECRET not in repr(Client("us", SECRET))


class Resource(RequestHandler, OAuth2Mixin):
    """Asks a resource with a token, in both generations."""

    def initialize(self, url):
        self.url = url

    async def get(self):
        post_args = {"a": 1} if self.get_argument("post", None) else None
        try:
            answer = await self.oauth2_request(self.url, "the-token", post_args, b="c d")
        except ProviderError as error:
            answer = [error.status, str(error)]
        self.write(json.dumps(answer))


class ClassicResource(Resource):
    @asynchronous
    def get(self):
        post_args = {"a": 1} if self.get_argument("post", None) else None
        self.oauth2_request(
            self.url, self.on_answer, access_token="the-token", post_args=post_args, b="c d"
        )

    def on_answer(self, answer):
        self.finish(json.dumps(answer))


class Echo(RequestHandler):
    def get(self):
        self.finish(
            json.dumps(
                [
                    self.request.method,
                    self.request.uri,
                    self.request.body.decode(),
                    self.request.headers.get("Authorization"),
                ]
            )
        )

    post = get


class Failing(RequestHandler):
    def get(self):
        self.set_status(401)
        self.write({"error": "invalid_token", "error_description": "the-token is expired"})


@pytest.fixture(params=[Resource, ClassicResource], ids=["async", "callback"])
def resource(request, site):
    def run(handler_class):
        url = f"{site([('/r', handler_class)]).url}/r"
        return f"{site([('/', request.param, {'url': url})]).url}/"

    return run


def test_a_token_travels_in_a_field_and_arguments_in_the_query(resource, browser):
    answer = json.loads(browser.open(resource(Echo)).text)
    assert answer == ["GET", "/r?b=c+d", "", "Bearer the-token"]
    answer = json.loads(browser.open(f"{resource(Echo)}?post=1").text)
    assert answer == ["POST", "/r?b=c+d", "a=1", "Bearer the-token"]


def test_a_refused_request_says_why_without_the_token(resource, browser, caplog):
    with caplog.at_level(logging.WARNING, "tornado.general"):
        answer = json.loads(browser.open(resource(Failing)).text)
    if answer is not None:
        assert answer[0] == 401
        assert "invalid_token" in answer[1]
    else:
        assert "invalid_token" in caplog.text
    assert "the-token" not in f"{answer} {caplog.text}"
