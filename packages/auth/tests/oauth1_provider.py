"""A provider of OAuth 1.0 and 1.0a whose protocol is oauthlib's server.

It has the paths of Twitter's and FriendFeed's interfaces below one address, and runs in a thread.
Users sign in as ``alice`` with ``wonderland``.
"""

from __future__ import annotations

import json
import secrets
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from oauthlib.oauth1 import OAuth1Error, RequestValidator
from oauthlib.oauth1.rfc5849.endpoints import (
    AccessTokenEndpoint,
    AuthorizationEndpoint,
    RequestTokenEndpoint,
    ResourceEndpoint,
)

CLIENT = "consumer-key-of-the-site"
SECRET = "consumer secret &+% \u00e9"

Answer = tuple[int, dict[str, str], str]


class Validator(RequestValidator):
    """What the provider knows of clients, tokens and nonces; the rest is oauthlib's."""

    enforce_ssl = False
    safe_characters = RequestValidator().safe_characters | set("-")
    client_key_length = (5, 40)
    request_token_length = (20, 60)
    access_token_length = (20, 60)
    realms = ("",)
    dummy_client = "dummy-client"
    dummy_request_token = "dummy-request-token-of-nobody"
    dummy_access_token = "dummy-access-token-of-nobody"

    def __init__(self) -> None:
        super().__init__()
        self.version = "1.0a"
        self.methods = ("HMAC-SHA1", "HMAC-SHA256", "PLAINTEXT")
        self.registered_callback = ""
        self.request_tokens: dict[str, dict[str, Any]] = {}
        self.access_tokens: dict[str, str] = {}
        self.nonces: set[tuple[str, ...]] = set()

    @property
    def allowed_signature_methods(self) -> tuple[str, ...]:
        return self.methods

    def check_realms(self, realms: Any) -> bool:
        return True

    def get_client_secret(self, client_key: str, request: Any) -> str:
        return SECRET

    def get_request_token_secret(self, client_key: str, token: str, request: Any) -> str:
        return self.request_tokens.get(token, {}).get("oauth_token_secret", "nothing")

    def get_access_token_secret(self, client_key: str, token: str, request: Any) -> str:
        return self.access_tokens.get(token, "nothing")

    def get_default_realms(self, client_key: str, request: Any) -> list[str]:
        return []

    def get_realms(self, token: str, request: Any) -> list[str]:
        return []

    def get_redirect_uri(self, token: str, request: Any) -> str:
        return self.request_tokens[token]["callback"]

    def invalidate_request_token(self, client_key: str, request_token: str, request: Any) -> None:
        del self.request_tokens[request_token]

    def validate_client_key(self, client_key: str, request: Any) -> bool:
        return client_key == CLIENT

    def validate_request_token(self, client_key: str, token: str, request: Any) -> bool:
        return token in self.request_tokens

    def validate_access_token(self, client_key: str, token: str, request: Any) -> bool:
        return token in self.access_tokens

    def validate_timestamp_and_nonce(self, *once: Any, **others: Any) -> bool:
        client_key, timestamp, nonce, _ = once
        use = client_key, timestamp, nonce, str(others.get("access_token"))
        is_new = use not in self.nonces
        self.nonces.add(use)
        return is_new

    def validate_redirect_uri(self, client_key: str, redirect_uri: str, request: Any) -> bool:
        return True

    def validate_requested_realms(self, client_key: str, realms: Any, request: Any) -> bool:
        return True

    def validate_realms(self, *arguments: Any, **others: Any) -> bool:
        return True

    def validate_verifier(self, client_key: str, token: str, verifier: str, request: Any) -> bool:
        known = self.request_tokens.get(token, {})
        if self.version == "1.0":
            return known.get("is_allowed", False)
        return secrets.compare_digest(known.get("oauth_verifier", ""), verifier)

    def verify_request_token(self, token: str, request: Any) -> bool:
        return token in self.request_tokens

    def save_access_token(self, token: dict[str, str], request: Any) -> None:
        self.access_tokens[token["oauth_token"]] = token["oauth_token_secret"]

    def save_request_token(self, token: dict[str, str], request: Any) -> None:
        self.request_tokens[token["oauth_token"]] = {**token, "callback": request.redirect_uri}

    def save_verifier(self, token: str, verifier: dict[str, str], request: Any) -> None:
        self.request_tokens[token] |= verifier | {"is_allowed": True}


class _RequestTokens(RequestTokenEndpoint):
    def _create_request(self, *arguments: Any) -> Any:
        """Take the registered address of a client that sends none, as Twitter does."""
        request = super()._create_request(*arguments)
        request.redirect_uri = request.redirect_uri or self.request_validator.registered_callback
        return request


class _AccessTokens(AccessTokenEndpoint):
    def _create_request(self, *arguments: Any) -> Any:
        """Version 1.0 has no verifier, which oauthlib insists on."""
        request = super()._create_request(*arguments)
        if self.request_validator.version == "1.0":
            request.verifier = "none-of-this-version"
        return request


class OAuth1Provider:
    """A running provider."""

    key = CLIENT
    secret = SECRET

    def __init__(self) -> None:
        provider = self

        class Handler(_Handler):
            owner = provider

        self._http = _Listener(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self.reset()
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()

    def reset(self) -> None:
        self.validator = Validator()
        #: What was asked: method, path, fields of the query, fields of the body, ``Authorization``.
        self.requests: list[tuple[str, str, dict[str, str], dict[str, str], str]] = []
        #: Answers by path, instead of the provider's own.
        self.pages: dict[str, Answer] = {}

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(30)

    def grant_request_token(self, scope: str) -> str:
        """Return a request token without a secret that a user has allowed already (the OpenID hybrid)."""
        token = secrets.token_hex(12)
        self.validator.request_tokens[token] = {"oauth_token_secret": "", "is_allowed": True}
        return token

    def requests_of(self, path: str) -> list[tuple[str, str, dict[str, str], dict[str, str], str]]:
        """Return what was asked of a path."""
        return [each for each in self.requests if each[1] == path]

    def answer(self, method: str, target: str, headers: dict[str, str], body: str) -> Answer:
        parts = urllib.parse.urlsplit(target)
        query, form = (dict(urllib.parse.parse_qsl(text)) for text in (parts.query, body))
        self.requests.append((method, parts.path, query, form, headers.get("Authorization", "")))
        if parts.path in self.pages:
            return self.pages[parts.path]
        request = self.url + target, method, body, headers
        try:
            if parts.path == "/oauth/request_token":
                return self._token(
                    _RequestTokens(self.validator).create_request_token_response, request
                )
            if parts.path == "/oauth/access_token":
                return self._token(
                    _AccessTokens(self.validator).create_access_token_response, request
                )
            if parts.path in ("/oauth/authorize", "/oauth/authenticate"):
                return self._authorize(method, query, form, request)
            return self._resource(parts.path, query, form, request)
        except OAuth1Error as error:
            return error.status_code, {}, error.urlencoded

    def _token(self, respond: Any, request: Any) -> Answer:
        # FriendFeed and Twitter say whose token it is.
        more = {"username": "alice", "screen_name": "alice"}
        fields, body, status = respond(*request, credentials=more)
        if self.validator.version == "1.0" and body:
            body = body.replace("&oauth_callback_confirmed=true", "")
        return status, {**fields, "Content-Type": "text/html; charset=utf-8"}, body or ""

    def _authorize(
        self, method: str, query: dict[str, str], form: dict[str, str], request: Any
    ) -> Answer:
        if method == "GET":
            return 200, {"Content-Type": "text/html"}, _FORM
        token = query["oauth_token"]
        if form.get("decision") == "abort":
            callback = self.validator.request_tokens[token]["callback"]
            return 302, {"Location": f"{callback}?denied={token}"}, ""
        if form.get("password") != "wonderland":
            return 403, {}, "wrong password"
        target, _, _, headers = request
        endpoint = AuthorizationEndpoint(self.validator)
        fields, body, status = endpoint.create_authorization_response(target, "GET", "", headers)
        if self.validator.version == "1.0":
            callback = query.get("oauth_callback") or self.validator.registered_callback
            return 302, {"Location": f"{callback}?oauth_token={token}"}, ""
        return status, fields, body or ""

    def _resource(
        self, path: str, query: dict[str, str], form: dict[str, str], request: Any
    ) -> Answer:
        endpoint = ResourceEndpoint(self.validator)
        if path.startswith("/public/"):
            is_allowed = True
        else:
            is_allowed, _ = endpoint.validate_protected_resource_request(*request)
        json_type = {"Content-Type": "application/json"}
        if not is_allowed:
            errors = {"errors": [{"code": 32, "message": "Could not authenticate you."}]}
            return 401, json_type, json.dumps(errors)
        user = {"screen_name": "alice", "id": "alice", "name": "Alice Liddell"}
        return 200, json_type, json.dumps(user | {"path": path, "query": query, "form": form})


_FORM = (
    "<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>OAuth 1 provider</h1>"
    '<form method="post"><label>Name <input name="login"></label>'
    '<label>Password <input type="password" name="password"></label>'
    '<button name="decision" value="go">Allow</button>'
    '<button name="decision" value="abort">Refuse</button></form></body></html>'
)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that does not read all of an answer."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    owner: OAuth1Provider
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._respond("")

    def do_POST(self) -> None:
        self._respond(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

    def _respond(self, body: str) -> None:
        status, fields, text = self.owner.answer(
            self.command, self.path, dict(self.headers.items()), body
        )
        data = text.encode()
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""
