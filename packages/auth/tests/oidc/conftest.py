"""Keys of a provider and what it signs with them, a provider that lies if it is told to, and a site."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from joserfc.jwk import ECKey, OKPKey, RSAKey

from tornado.auth import AuthError, OpenIDConnectMixin
from tornado.web import RequestHandler, asynchronous

ISSUER = "https://provider.example"
CLIENT_ID = "client-1"
NONCE = "n-0S6_WzA2Mj"


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signature(algorithm: str, key: Any, data: bytes) -> bytes:
    """Sign by cryptography, or the standard library's HMAC, so that anything can be signed."""
    if algorithm == "none":
        return b""
    digest = {"2": hashes.SHA256(), "3": hashes.SHA384(), "5": hashes.SHA512()}[algorithm[2]]
    if isinstance(key, bytes):
        return hmac.new(key, data, digest.name).digest()
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(digest)))
        size = (key.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    if algorithm.startswith("PS"):
        return key.sign(data, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
    return key.sign(data, padding.PKCS1v15(), digest)


class Signer:
    """A private key, and tokens that are signed with it."""

    def __init__(self, key: Any, kid: str | None = "key-1") -> None:
        self.key = key
        self.kid = kid

    @property
    def private_key(self) -> Any:
        return self.key if isinstance(self.key, bytes) else self.key.private_key

    def jwk(self, **members: Any) -> dict[str, Any]:
        """Return the public key as a provider publishes it; None removes a member."""
        found = {**self.key.as_dict(private=False), "kid": self.kid, **members}
        return {name: value for name, value in found.items() if value is not None}

    def sign(self, claims: Any, algorithm: str = "RS256", **header: Any) -> str:
        """Return a token in compact form; ``claims`` may be bytes, and None removes from the header."""
        fields = {"alg": algorithm, "kid": self.kid, **header}
        fields = {name: value for name, value in fields.items() if value is not None}
        payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
        text = f"{encode(json.dumps(fields).encode())}.{encode(payload)}"
        name = "RS512" if algorithm == "Ed25519" else algorithm
        return f"{text}.{encode(signature(name, self.private_key, text.encode()))}"


@pytest.fixture(scope="session")
def signer() -> Signer:
    """The provider's key, RSA with 2048 bits."""
    return Signer(RSAKey.generate_key(2048))


@pytest.fixture(scope="session")
def other_signer() -> Signer:
    """A key of the provider, or of somebody else, with another id."""
    return Signer(RSAKey.generate_key(2048), "key-2")


@pytest.fixture(scope="session")
def new_signer() -> Callable[..., Signer]:
    """Make a signer: ``new_signer("EC", "P-256")``, ``new_signer(b"a secret")``, with ``kid=``."""

    def make(kind: str | bytes, size: Any = None, kid: str | None = "key-1") -> Signer:
        if isinstance(kind, bytes):
            return Signer(kind, kid)
        if kind == "RSA":  # joserfc warns of small ones
            key = rsa.generate_private_key(65537, size)
            return Signer(RSAKey(key, key), kid)
        return Signer({"EC": ECKey, "OKP": OKPKey}[kind].generate_key(size), kid)

    return make


@pytest.fixture
def claims() -> Callable[..., dict[str, Any]]:
    """Make claims of a good id token, changed by arguments; None removes one."""

    def make(**changes: Any) -> dict[str, Any]:
        now = int(time.time())
        good = {
            "iss": ISSUER,
            "sub": "user-1",
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "nonce": NONCE,
        }
        found = {**good, **changes}
        return {name: value for name, value in found.items() if value is not None}

    return make


@pytest.fixture
def half_hash() -> Callable[..., str]:
    """Compute ``at_hash`` or ``c_hash``: ``half_hash(value)``, with ``name="sha512"``."""

    def make(value: str, name: str = "sha256") -> str:
        digest = hashlib.new(name, value.encode()).digest()
        return encode(digest[: len(digest) // 2])

    return make


class ProviderHandler(RequestHandler):
    """A request to the small provider."""

    def initialize(self, provider: SmallProvider) -> None:
        self.provider = provider

    def prepare(self) -> None:
        self.provider.counts[self.request.path] += 1

    def check_xsrf_cookie(self) -> None:
        pass

    def get(self) -> None:
        if self.request.path == "/authorize":
            self.authorize()
        elif self.request.path == "/end-session":
            given = {"state": self.get_argument("state")}
            self.redirect(f"{self.get_argument('post_logout_redirect_uri')}?{urlencode(given)}")
        else:
            self.write_json(self.provider.documents()[self.request.path])

    def post(self) -> None:
        form = {name: self.get_body_argument(name) for name in self.request.body_arguments}
        self.provider.token_requests.append(form)
        self.write_json(self.provider.token_answer(form))

    def authorize(self) -> None:
        given = {name: self.get_argument(name) for name in self.request.arguments}
        code = secrets.token_urlsafe(8)
        self.provider.asked[code] = given
        answer = {"code": code, "state": given["state"], **self.provider.authorization_changes}
        self.redirect(f"{given['redirect_uri']}?{urlencode(answer)}")

    def write_json(self, value: Any) -> None:
        self.set_header("Content-Type", self.provider.content_type)
        self.finish(value if isinstance(value, str) else json.dumps(value))


class SmallProvider:
    """A provider in this process. What it says is changed by its attributes; None leaves a member out.

    Honest until it is told otherwise.
    """

    def __init__(self, site: Any, signer: Signer) -> None:
        self.counts: Counter[str] = Counter()
        self.asked: dict[str, dict[str, str]] = {}
        self.token_requests: list[dict[str, str]] = []
        self.signer = signer
        self.algorithm = "RS256"
        self.header: dict[str, Any] = {}
        self.keys: Any = [signer.jwk()]
        self.content_type = "application/json"
        self.metadata: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.tokens: dict[str, Any] = {}
        self.authorization_changes: dict[str, Any] = {}
        self.site = site([(r"/.*", ProviderHandler, {"provider": self})])
        self.issuer: str = self.site.url

    def documents(self) -> dict[str, Any]:
        metadata = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/end-session",
            **self.metadata,
        }
        return {
            "/.well-known/openid-configuration": _without_none(metadata),
            "/keys": self.keys if isinstance(self.keys, str) else {"keys": self.keys},
            "/userinfo": _without_none(
                {"sub": "user-1", "email": "ada@example.com", "iss": "x", **self.userinfo}
            ),
        }

    def token_answer(self, form: dict[str, str]) -> dict[str, Any]:
        nonce = self.asked[form["code"]].get("nonce") if "code" in form else None
        found = {
            "access_token": "access-1",
            "token_type": "Bearer",
            "refresh_token": "refresh-1",
            "id_token": self.sign({"nonce": nonce, **self.claims}),
            **self.tokens,
        }
        return _without_none(found)

    def sign(self, changes: dict[str, Any], **header: Any) -> str:
        """Sign claims of a good id token with changes."""
        now = int(time.time())
        good = {"iss": self.issuer, "sub": "user-1", "aud": CLIENT_ID, "exp": now + 300, "iat": now}
        claims = _without_none({**good, **changes})
        return self.signer.sign(claims, self.algorithm, **{**self.header, **header})


def _without_none(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


class LoginHandler(RequestHandler, OpenIDConnectMixin):
    """Sign in and show the user, or the error."""

    async def get(self) -> None:
        if not self.get_argument("state", None):
            try:
                await self.authorize_redirect(self.here(), **self.asked_for())
            except AuthError as error:
                self.show(error)
            return
        try:
            user = await self.get_authenticated_user()
        except AuthError as error:
            self.show(error)
        else:
            self.show_user(user)

    def here(self) -> str:
        return self.request.full_url().partition("?")[0]

    def asked_for(self) -> dict[str, Any]:
        names = ("next", "issuer")
        found = {name: self.get_argument(name) for name in names if self.get_argument(name, None)}
        extra = {
            name: self.get_argument(name)
            for name in self.request.query_arguments
            if name not in names
        }
        return {**found, "extra_params": extra}

    def show(self, error: AuthError | None) -> None:
        self.set_status(403)
        self.finish({"kind": type(error).__name__, "message": str(error)})

    def show_user(self, user: dict[str, Any]) -> None:
        found = {"user": user, "tokens": self.auth_tokens, "next": self.auth_transaction.next}
        self.finish(found)


class ClassicLoginHandler(LoginHandler):
    """The same with callbacks: an error is None."""

    @asynchronous
    def get(self) -> None:
        if not self.get_argument("state", None):
            self.authorize_redirect(self.here(), **self.asked_for())
            return
        self.get_authenticated_user(callback=self.on_user)

    def on_user(self, user: dict[str, Any] | None) -> None:
        if user is None:
            self.show(None)
        else:
            self.show_user(user)


@pytest.fixture(params=[LoginHandler, ClassicLoginHandler], ids=["coroutine", "callback"])
def login_handler(request: pytest.FixtureRequest) -> Any:
    """A handler that signs in, in both generations."""
    return request.param


@pytest.fixture
def modern_login_handler() -> Any:
    """A handler that signs in, and shows the message of an error."""
    return LoginHandler


@pytest.fixture
def provider(site: Any, signer: Signer) -> SmallProvider:
    """A provider in this process that lies if it is told to."""
    return SmallProvider(site, signer)


@pytest.fixture
def other_provider(site: Any, other_signer: Signer) -> SmallProvider:
    """Another one."""
    return SmallProvider(site, other_signer)


@pytest.fixture
def application(site: Any, provider: SmallProvider) -> Callable[..., Any]:
    """Run the site: ``application(handler, **options of the client)`` serves it at ``/login``."""

    def start(handler: Any, routes: Any = (), **options: Any) -> Any:
        client = {"issuer": provider.issuer, "key": CLIENT_ID, "secret": "secret-1", **options}
        return site(
            [("/login", handler), *routes], cookie_secret="a secret of the tests", oidc=client
        )

    return start
