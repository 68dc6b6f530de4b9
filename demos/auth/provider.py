"""The demo's own provider of OpenID Connect: its endpoints, and the page that asks who you are.

It is for the demo alone: it asks for no password, so everybody may choose any account.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
import re
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus, urlencode

from accounts import ACCOUNTS, Client, Issuer, Refusal, Session

import tornado.web
from tornado.httpclient import AsyncHTTPClient
from tornado.httputil import url_concat

if TYPE_CHECKING:
    from collections.abc import Iterable

_log = logging.getLogger("provider")

#: The parameters of an authorization request that are kept while somebody is asked.
_PARAMETERS = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
)


class ProviderHandler(tornado.web.RequestHandler):
    """The base of all endpoints: what is remembered, and who is signed in."""

    @property
    def issuer(self) -> Issuer:
        issuer: Issuer = self.settings["issuer"]
        return issuer

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'")
        self.set_header("Referrer-Policy", "no-referrer")

    def get_session(self) -> Session | None:
        """Return the session of the browser, if it is signed in here."""
        name = self.get_signed_cookie("provider_session")
        return self.issuer.find(name.decode()) if name else None

    def set_session(self, session: Session) -> None:
        self.set_signed_cookie(
            "provider_session", session.id, expires_days=None, httponly=True, samesite="Lax"
        )

    async def end_session(self, session: Session) -> None:
        """Sign the browser out, and tell all clients (Back-Channel Logout section 2.5)."""
        self.clear_cookie("provider_session")
        await asyncio.gather(*(_tell(*each) for each in self.issuer.end(session)))

    def fail(self, refusal: Refusal, status: int = 400) -> None:
        """Answer a program with an error (RFC 6749 section 5.2)."""
        self.set_status(status)
        self.finish({"error": refusal.error, "error_description": str(refusal)})

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        self.render("provider/error.html", reason=self._reason)


async def _tell(client: Client, token: str) -> None:
    body = urlencode({"logout_token": token})
    try:
        await AsyncHTTPClient().fetch(client.backchannel, method="POST", body=body)
    except Exception as error:  # noqa: BLE001 - a site that does not answer keeps nobody signed in
        _log.warning("%s did not take the sign-out: %s", client.name, error)


class DiscoveryHandler(ProviderHandler):
    def get(self) -> None:
        url = self.issuer.url
        self.write(
            {
                "issuer": url,
                "authorization_endpoint": f"{url}/authorize",
                "token_endpoint": f"{url}/token",
                "userinfo_endpoint": f"{url}/userinfo",
                "jwks_uri": f"{url}/keys",
                "end_session_endpoint": f"{url}/sign-out",
                "scopes_supported": ["openid", "profile", "email"],
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
                "backchannel_logout_supported": True,
                "backchannel_logout_session_supported": True,
            }
        )


class KeysHandler(ProviderHandler):
    def get(self) -> None:
        self.write(self.issuer.public_keys())


class AuthorizeHandler(ProviderHandler):
    """Asks who the user is, unless the browser is signed in (RFC 6749 section 4.1.1)."""

    def get(self) -> None:
        request = self._read_request()
        client = self._check_client(request)
        if not self._is_valid(request):
            return
        session = self.get_session()
        prompt = request.get("prompt", "").split()
        if session is not None and not {"login", "select_account", "consent"} & set(prompt):
            self._send_back(request, code=self.issuer.new_code(client, session, request))
        elif "none" in prompt:
            self._send_back(request, error="login_required")
        else:
            self.render(
                "provider/choose.html", client=client, accounts=ACCOUNTS.values(), asked=request
            )

    def post(self) -> None:
        request = self._read_request()
        client = self._check_client(request)
        if not self._is_valid(request):
            return
        account = ACCOUNTS.get(self.get_body_argument("account", ""))
        if account is None:
            self._send_back(request, error="access_denied", error_description="nobody was chosen")
            return
        session = self.get_session()
        if session is None or session.account is not account:
            session = self.issuer.begin(account)
            self.set_session(session)
        self._send_back(request, code=self.issuer.new_code(client, session, request))

    def _read_request(self) -> dict[str, str]:
        given = {name: self.get_argument(name, None) for name in _PARAMETERS}
        return {name: value for name, value in given.items() if value is not None}

    def _check_client(self, request: dict[str, str]) -> Client:
        """Return the client. Before its address is known, nothing is sent to it."""
        client = self.issuer.clients.get(request.get("client_id", ""))
        if client is None:
            raise tornado.web.HTTPError(400, reason="This client is not known")
        if request.get("redirect_uri") != client.redirect_uri:
            raise tornado.web.HTTPError(400, reason="The address to return to is not registered")
        return client

    def _is_valid(self, request: dict[str, str]) -> bool:
        """Check the rest of a request; if it is wrong, the client is told."""
        if request.get("response_type") != "code":
            self._send_back(request, error="unsupported_response_type")
        elif "openid" not in request.get("scope", "").split():
            self._send_back(request, error="invalid_scope")
        elif request.get("code_challenge_method") != "S256" or not re.fullmatch(
            r"[A-Za-z0-9_-]{43}", request.get("code_challenge", "")
        ):
            self._send_back(request, error="invalid_request", error_description="PKCE is required")
        else:
            return True
        return False

    def _send_back(self, request: dict[str, str], **answer: str) -> None:
        answer["iss"] = self.issuer.url  # RFC 9207
        if "state" in request:
            answer["state"] = request["state"]
        self.redirect(url_concat(request["redirect_uri"], answer), status=303)


class TokenHandler(ProviderHandler):
    """Takes a code and gives tokens."""

    def check_xsrf_cookie(self) -> None:
        """Programs come here, with a secret of their own."""

    def post(self) -> None:
        client = self._authenticate()
        if client is None:
            self.set_header("WWW-Authenticate", 'Basic realm="provider"')
            self.fail(
                Refusal("invalid_client", "the client is not known, or its secret wrong"), 401
            )
            return
        try:
            if self.get_body_argument("grant_type", "") != "authorization_code":
                raise Refusal("unsupported_grant_type", "only codes are taken")
            names = "code", "redirect_uri", "code_verifier"
            values = [self.get_body_argument(name, "") for name in names]
            self.write(self.issuer.exchange(client, *values))
        except Refusal as refusal:
            self.fail(refusal)

    def _authenticate(self) -> Client | None:
        """Return the client of HTTP Basic, whose parts are form-encoded (RFC 6749 section 2.3.1)."""
        kind, _, value = self.request.headers.get("Authorization", "").partition(" ")
        try:
            name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        client = self.issuer.clients.get(unquote_plus(name))
        if kind.lower() != "basic" or client is None:
            return None
        given, known = unquote_plus(secret).encode(), client.secret.encode()
        return client if secrets.compare_digest(given, known) else None


class UserInfoHandler(ProviderHandler):
    def get(self) -> None:
        kind, _, token = self.request.headers.get("Authorization", "").partition(" ")
        claims = self.issuer.userinfo(token) if kind.lower() == "bearer" else None
        if claims is None:
            self.set_header("WWW-Authenticate", 'Bearer error="invalid_token"')
            self.fail(Refusal("invalid_token", "the access token opens nothing"), 401)
        else:
            self.write(claims)


class SignOutHandler(ProviderHandler):
    """Signs out for a client (RP-Initiated Logout), or because the user wants it here.

    The user is always asked, so no proof is needed that the client means this user.
    """

    def get(self) -> None:
        client, target = self._read_request()
        if self.get_session() is None:
            self._leave(target)
        else:
            asked = {
                "client_id": client.id if client else None,
                "post_logout_redirect_uri": target,
                "state": self.get_argument("state", None),
            }
            asked = {name: value for name, value in asked.items() if value is not None}
            self.render("provider/sign-out.html", client=client, asked=asked)

    async def post(self) -> None:
        _, target = self._read_request()
        session = self.get_session()
        if session is not None:
            await self.end_session(session)
        self._leave(target)

    def _read_request(self) -> tuple[Client | None, str | None]:
        """Return the client, and where it wants the browser back: its exact address, or nowhere."""
        client = self.issuer.clients.get(self.get_argument("client_id", ""))
        target = self.get_argument("post_logout_redirect_uri", None)
        if target is not None and (client is None or target != client.after_sign_out):
            raise tornado.web.HTTPError(400, reason="The address to return to is not registered")
        return client, target

    def _leave(self, target: str | None) -> None:
        state = self.get_argument("state", None)
        answer = {} if state is None else {"state": state}
        self.redirect("/" if target is None else url_concat(target, answer), status=303)


class HomeHandler(ProviderHandler):
    def get(self) -> None:
        session = self.get_session()
        known = self.issuer.clients
        self.render(
            "provider/home.html",
            session=session,
            clients=[known[each] for each in session.clients] if session else [],
        )


def make_provider(issuer: Issuer, clients: Iterable[Client], **settings: Any) -> Any:
    """Make the application of the provider."""
    issuer.clients = {each.id: each for each in clients}
    return tornado.web.Application(
        [
            (r"/", HomeHandler),
            (r"/\.well-known/openid-configuration", DiscoveryHandler),
            (r"/keys", KeysHandler),
            (r"/authorize", AuthorizeHandler),
            (r"/token", TokenHandler),
            (r"/userinfo", UserInfoHandler),
            (r"/sign-out", SignOutHandler),
        ],
        cookie_secret=secrets.token_urlsafe(32),
        issuer=issuer,
        xsrf_cookies=True,
        xsrf_cookie_name="_provider_xsrf",
        **settings,
    )
