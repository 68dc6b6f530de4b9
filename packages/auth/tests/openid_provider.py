"""A provider of OpenID 2.0 whose protocol is python3-openid's server.

The tests run it in a thread. To have it as a program, which prints its endpoint and runs until it is
ended: ``python openid_provider.py --port 8899``. Users sign in as ``alice`` with ``wonderland``.
"""

from __future__ import annotations

import argparse
import html
import importlib
import secrets
import sys
import threading
import urllib.parse
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

with warnings.catch_warnings():
    # It imports a module of defusedxml that is deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    importlib.import_module("openid.server.server")

from openid.extension import Extension
from openid.extensions import ax
from openid.server.server import CheckIDRequest, ProtocolError, Server
from openid.store.memstore import MemoryStore

AX_VALUES = {
    "http://axschema.org/contact/email": "alice@example.com",
    "http://axschema.org/namePerson": "Alice Liddell",
    "http://axschema.org/namePerson/first": "Alice",
    "http://axschema.org/namePerson/last": "Liddell",
    "http://axschema.org/pref/language": "en-GB",
    "http://axschema.org/namePerson/friendly": "alice",
}
OAUTH = "http://specs.openid.net/extensions/oauth/1.0"


class OAuthAnswer(Extension):
    """A request token in an answer (OpenID OAuth Extension)."""

    ns_uri = OAUTH
    ns_alias = "ext2"

    def __init__(self, token: str) -> None:
        self._token = token

    def getExtensionArgs(self) -> dict[str, str]:
        return {"request_token": self._token}


class OpenIDProvider:
    """A running provider.

    :param port: 0 for any that is free.
    """

    def __init__(self, port: int = 0) -> None:
        provider = self

        class Handler(_Handler):
            owner = provider

        self._http = _Listener(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self.endpoint = f"{self.url}/openid"
        self.server = Server(MemoryStore(), self.endpoint)
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()
        self.reset()

    def reset(self) -> None:
        #: What the endpoint was asked, mode by mode.
        self.modes: list[str] = []
        #: The arguments of the requests that users decided about.
        self.requests: list[dict[str, str]] = []
        #: The values of attributes by their types.
        self.attributes = dict(AX_VALUES)
        #: Answers by path, as (status, fields, body), instead of the provider's own.
        self.pages: dict[str, tuple[int, dict[str, str], str]] = {}
        #: Makes the request token of the OAuth extension: called with the scope.
        self.make_request_token: Any = None
        #: A user's identifier, as a reference.
        self.identifier = "/users/{login}"
        self._undecided: dict[str, dict[str, str]] = {}

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(30)

    def answer(self, path: str, arguments: dict[str, str]) -> tuple[int, dict[str, str], str]:
        """Return the status, the fields and the body for a request."""
        if path in self.pages:
            return self.pages[path]
        if path == "/openid":
            return self._protocol(arguments)
        if path == "/decide":
            return self._decide(arguments)
        if path.startswith("/users/"):
            return self._user(path)
        if path.startswith("/xrds/"):
            return 200, {"Content-Type": "application/xrds+xml"}, self.xrds()
        return 404, {}, "not found"

    def xrds(self, local_id: str = "") -> str:
        """Return the document of a user."""
        more = f"<LocalID>{local_id}</LocalID>" if local_id else ""
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<xrds:XRDS xmlns:xrds="xri://$xrds" xmlns="xri://$xrd*($v*2.0)"><XRD><Service priority="0">'
            f"<Type>http://specs.openid.net/auth/2.0/signon</Type><URI>{self.endpoint}</URI>{more}"
            "</Service></XRD></xrds:XRDS>"
        )

    def _user(self, path: str) -> tuple[int, dict[str, str], str]:
        page = f'<html><head><link rel="openid2.provider" href="{self.endpoint}"></head>'
        return 200, {"Content-Type": "text/html"}, f"{page}<body>{path}</body></html>"

    def _protocol(self, arguments: dict[str, str]) -> tuple[int, dict[str, str], str]:
        self.modes.append(arguments.get("openid.mode", ""))
        try:
            request = self.server.decodeRequest(arguments)
        except ProtocolError as error:
            return self._encoded(error)
        if request is None:
            return 200, {"Content-Type": "text/html"}, "This is an OpenID endpoint."
        if not isinstance(request, CheckIDRequest):
            return self._encoded(self.server.handleRequest(request))
        self.requests.append(arguments)
        ticket = secrets.token_hex(8)
        self._undecided[ticket] = arguments
        return 200, {"Content-Type": "text/html; charset=utf-8"}, _form(request.trust_root, ticket)

    def _decide(self, arguments: dict[str, str]) -> tuple[int, dict[str, str], str]:
        asked = self._undecided.pop(arguments["ticket"])
        request = self.server.decodeRequest(asked)
        login = arguments.get("login", "")
        is_allowed = arguments.get("decision") != "abort" and arguments["password"] == "wonderland"
        if not is_allowed:
            return self._encoded(request.answer(False))
        identifier = urllib.parse.urljoin(self.url, self.identifier.format(login=login))
        response = request.answer(True, identity=identifier, claimed_id=identifier)
        self._add_attributes(request, response)
        scope = request.message.getArg(OAUTH, "scope")
        if scope is not None and self.make_request_token is not None:
            response.addExtension(OAuthAnswer(self.make_request_token(scope)))
        return self._encoded(response)

    def _add_attributes(self, request: Any, response: Any) -> None:
        asked = ax.FetchRequest.fromOpenIDRequest(request)
        if asked is None:
            return
        answer = ax.FetchResponse(asked)
        for type in asked.requested_attributes:
            if type in self.attributes:
                answer.addValue(type, self.attributes[type])
        response.addExtension(answer)

    def _encoded(self, response: Any) -> tuple[int, dict[str, str], str]:
        encoded = self.server.encodeResponse(response)
        body = encoded.body
        fields = dict(encoded.headers)
        fields.setdefault(
            "Content-Type", "text/html" if body.lstrip().startswith("<") else "text/plain"
        )
        return encoded.code, fields, body


def _form(site: str, ticket: str) -> str:
    return (
        "<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>OpenID provider</h1>"
        f"<p>{html.escape(site)} asks who you are.</p>"
        f'<form method="post" action="/decide"><input type="hidden" name="ticket" value="{ticket}">'
        '<label>Name <input name="login"></label>'
        '<label>Password <input type="password" name="password"></label>'
        '<button name="decision" value="go">Sign in</button>'
        '<button name="decision" value="abort">Refuse</button></form></body></html>'
    )


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that does not read all of a large answer."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    owner: OpenIDProvider
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._respond(urllib.parse.urlsplit(self.path).query)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        query = urllib.parse.urlsplit(self.path).query
        self._respond("&".join(filter(None, (query, body.decode()))))

    def _respond(self, encoded: str) -> None:
        arguments = dict(urllib.parse.parse_qsl(encoded, keep_blank_values=True))
        path = urllib.parse.urlsplit(self.path).path
        status, fields, body = self.owner.answer(path, arguments)
        data = body.encode()
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Run a provider of OpenID 2.0 on this machine.")
    parser.add_argument("--port", type=int, default=0)
    provider = OpenIDProvider(parser.parse_args().port)
    print(provider.endpoint, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
