"""A server of OAuth 2 without OpenID Connect, with GitHub's addresses and answers: oauthlib's, on a thread."""

from __future__ import annotations

import html
import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from oauthlib.oauth2 import OAuth2Error, RequestValidator, WebApplicationServer

CLIENT_ID, CLIENT_SECRET = "demo of GitHub", "se+cr%et"

#: What its API says about the user.
USER = {"id": 583231, "login": "octocat", "name": "The Octocat", "email": "octocat@example.com"}

#: oauthlib refuses addresses that do not say https.
_SECURE = "https://127.0.0.1"


class GitHubRules(RequestValidator):
    """What the server knows: one client, whose codes and tokens are in memory."""

    def __init__(self, redirect_uri: str) -> None:
        self.redirect_uri = redirect_uri
        self.codes: dict[str, Any] = {}
        self.tokens: dict[str, str] = {}
        self.forms: list[dict[str, str]] = []

    def validate_client_id(self, client_id: str, request: Any, *args: Any, **kwargs: Any) -> bool:
        return client_id == CLIENT_ID

    def validate_redirect_uri(
        self, client_id: str, redirect_uri: str, *args: Any, **_: Any
    ) -> bool:
        return redirect_uri == self.redirect_uri

    def validate_response_type(
        self, client_id: str, response_type: str, *_: Any, **__: Any
    ) -> bool:
        return response_type == "code"

    def validate_scopes(self, client_id: str, scopes: list[str], *_: Any, **__: Any) -> bool:
        return set(scopes) <= {"read:user", "user:email"}

    def get_default_scopes(
        self, client_id: str, request: Any, *args: Any, **kwargs: Any
    ) -> list[str]:
        return []

    def is_pkce_required(self, client_id: str, request: Any) -> bool:
        return True

    def save_authorization_code(
        self, client_id: str, code: Any, request: Any, *_: Any, **__: Any
    ) -> None:
        self.codes[code["code"]] = request

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """GitHub takes the secret in the form."""
        request.client = GitHubClient()
        given = (request.client_id, request.client_secret)
        return given == (CLIENT_ID, CLIENT_SECRET)

    def validate_grant_type(self, client_id: str, grant_type: str, *_: Any, **__: Any) -> bool:
        return grant_type == "authorization_code"

    def validate_code(
        self, client_id: str, code: str, client: Any, request: Any, *_: Any, **__: Any
    ) -> bool:
        if code not in self.codes:
            return False
        request.scopes, request.user = self.codes[code].scopes, "octocat"
        return True

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, *_: Any, **__: Any
    ) -> bool:
        return redirect_uri == self.codes[code].redirect_uri

    def get_code_challenge(self, code: str, request: Any) -> str:
        return self.codes[code].code_challenge

    def get_code_challenge_method(self, code: str, request: Any) -> str:
        return self.codes[code].code_challenge_method

    def invalidate_authorization_code(
        self, client_id: str, code: str, request: Any, *_: Any, **__: Any
    ) -> None:
        del self.codes[code]

    def save_bearer_token(self, token: Any, request: Any, *args: Any, **kwargs: Any) -> None:
        self.tokens[token["access_token"]] = " ".join(request.scopes)

    def validate_bearer_token(self, token: str, scopes: list[str], request: Any) -> bool:
        return token in self.tokens and set(scopes) <= set(self.tokens[token].split())


class GitHubClient:
    """The one client, as oauthlib wants it."""

    client_id = CLIENT_ID


class GitHubHandler(BaseHTTPRequestHandler):
    """A request to the server."""

    server: GitHubServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/login/oauth/authorize":
            self.ask()
        elif path == "/user":
            self.show_user()
        else:
            self.answer(404, {"message": "Not Found"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if urlsplit(self.path).path == "/login/oauth/access_token":
            self.exchange(body)
        else:
            self.decide(dict(parse_qsl(body)))

    def ask(self) -> None:
        """Show the page where a user allows it."""
        try:
            scopes, _ = self.server.oauth.validate_authorization_request(_SECURE + self.path, "GET")
        except OAuth2Error as error:
            self.answer(400, f"<h1>{html.escape(str(error))}</h1>")
            return
        self.answer(
            200,
            f"""<!DOCTYPE html><title>Authorize</title><main><h1>Authorize A site</h1>
<p>It asks for {html.escape(" ".join(scopes))}</p>
<form method="post" action="{html.escape(self.path)}">
<button name="authorize" value="1">Authorize octocat</button>
<button name="authorize" value="0">Cancel</button></form></main>""",
        )

    def decide(self, given: dict[str, str]) -> None:
        url = _SECURE + self.path
        if given.get("authorize") == "1":
            scopes, credentials = self.server.oauth.validate_authorization_request(url, "GET")
            headers, _, status = self.server.oauth.create_authorization_response(
                url, "GET", scopes=scopes, credentials=credentials
            )
            self.answer(status, "", headers)
            return
        asked = parse_qs(urlsplit(self.path).query)
        refusal = {"error": "access_denied", "state": asked["state"][0]}
        self.answer(302, "", {"Location": f"{asked['redirect_uri'][0]}?{urlencode(refusal)}"})

    def exchange(self, body: str) -> None:
        """Answer as GitHub does: JSON if it is asked for, and status 200 for errors too."""
        self.server.rules.forms.append(dict(parse_qsl(body)))
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        _, text, _ = self.server.oauth.create_token_response(
            _SECURE + self.path, "POST", body, headers
        )
        if "application/json" in self.headers.get("Accept", ""):
            self.answer(200, json.loads(text))
        else:
            self.answer(200, urlencode(json.loads(text)))

    def show_user(self) -> None:
        headers = {"Authorization": self.headers.get("Authorization", "")}
        is_valid, _ = self.server.oauth.verify_request(
            _SECURE + self.path, "GET", headers=headers, scopes=["read:user"]
        )
        if is_valid and "User-Agent" in self.headers:  # GitHub refuses requests without it
            self.answer(200, self.server.user)
        else:
            self.answer(401, {"message": "Bad credentials"})

    def answer(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        kind = "text/html" if isinstance(body, str) else "application/json; charset=utf-8"
        content = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(content)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        pass


class GitHubServer(ThreadingHTTPServer):
    """The server, on an unused port: ``url``, and ``rules`` with what it was sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), GitHubHandler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.user: Any = USER
        self.serve("")
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)
        self._thread.start()

    def serve(self, redirect_uri: str) -> None:
        """Know a client by where its users come back."""
        self.rules = GitHubRules(redirect_uri)
        generate = lambda request: f"gho_{secrets.token_urlsafe(27)}"  # noqa: E731 - a parameter
        self.oauth = WebApplicationServer(self.rules, token_generator=generate)

    def close(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()
