"""The people, the sessions and the tokens of the demo's own provider, in memory.

This provider exists so that the demo runs without an account anywhere. It asks for no password and
loses everything when it ends: it is not for anything else.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from joserfc import jwt
from joserfc.jwk import RSAKey

#: Seconds for which a code, an id token and an access token are good.
CODE_LIFETIME = 60
TOKEN_LIFETIME = 3600

#: Seconds after which somebody has to choose an account again.
SESSION_LIFETIME = 12 * 3600

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass(frozen=True)
class Account:
    """Somebody who may sign in."""

    id: str
    name: str
    email: str

    def claims(self, scope: str) -> dict[str, Any]:
        """Return what a client may know (OpenID Connect Core section 5.4)."""
        known: dict[str, Any] = {"sub": self.id}
        if "profile" in scope.split():
            known |= {"name": self.name, "preferred_username": self.id}
        if "email" in scope.split():
            known |= {"email": self.email, "email_verified": True}
        return known


ACCOUNTS = {
    each.id: each
    for each in (
        Account("ada", "Ada Lovelace", "ada@example.com"),
        Account("grace", "Grace Hopper", "grace@example.com"),
        Account("alan", "Alan Turing", "alan@example.com"),
    )
}


@dataclass(frozen=True)
class Client:
    """A site whose users may sign in here, with its exact addresses."""

    id: str
    secret: str
    name: str
    redirect_uri: str
    after_sign_out: str
    backchannel: str


@dataclass
class Session:
    """A browser that is signed in at the provider."""

    account: Account
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    since: float = field(default_factory=time.time)
    clients: set[str] = field(default_factory=set)

    @property
    def is_valid(self) -> bool:
        """Whether it is not too old."""
        return self.since > time.time() - SESSION_LIFETIME


class Code(NamedTuple):
    """What a code was given out for."""

    client: Client
    session: Session
    redirect_uri: str
    challenge: str
    nonce: str | None
    scope: str
    expires: float


class Refusal(Exception):
    """An error of RFC 6749 or OpenID Connect, with its code."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error


class Issuer:
    """Everything that the provider remembers, and its key.

    :param url: the issuer identifier.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.clients: dict[str, Client] = {}
        self.sessions: dict[str, Session] = {}
        self._codes: dict[str, Code] = {}
        self._access: dict[str, tuple[Code, float]] = {}
        self._key = RSAKey.generate_key(
            2048, {"use": "sig", "alg": "RS256", "kid": secrets.token_hex(4)}, auto_kid=False
        )

    def public_keys(self) -> dict[str, Any]:
        """Return the JWK Set."""
        return {"keys": [self._key.as_dict(private=False)]}

    def begin(self, account: Account) -> Session:
        """Sign a browser in."""
        self.sessions = {key: each for key, each in self.sessions.items() if each.is_valid}
        session = Session(account)
        self.sessions[session.id] = session
        return session

    def find(self, id: str) -> Session | None:
        """Return a session; None if it has ended."""
        session = self.sessions.get(id)
        return session if session and session.is_valid else None

    def end(self, session: Session) -> list[tuple[Client, str]]:
        """Sign a browser out, and return which clients to tell, with a logout token for each."""
        self.sessions.pop(session.id, None)
        clients = [self.clients[each] for each in session.clients if each in self.clients]
        return [(client, self._logout_token(client, session)) for client in clients]

    def new_code(self, client: Client, session: Session, request: dict[str, str]) -> str:
        """Return a code for a request that has been checked."""
        now = time.time()
        self._codes = {key: each for key, each in self._codes.items() if each.expires > now}
        session.clients.add(client.id)
        code = secrets.token_urlsafe(32)
        self._codes[code] = Code(
            client,
            session,
            request["redirect_uri"],
            request["code_challenge"],
            request.get("nonce"),
            request["scope"],
            now + CODE_LIFETIME,
        )
        return code

    def exchange(self, client: Client, code: str, redirect_uri: str, verifier: str) -> Any:
        """Return the tokens for a code, which counts once (RFC 6749 section 4.1.3)."""
        grant = self._codes.pop(code, None)
        if grant is None or grant.expires < time.time() or grant.client is not client:
            raise Refusal("invalid_grant", "the code is unknown, too old or another client's")
        if grant.redirect_uri != redirect_uri:
            raise Refusal("invalid_grant", "the redirect_uri is not that of the request")
        if not secrets.compare_digest(challenge_of(verifier), grant.challenge):
            raise Refusal("invalid_grant", "the code_verifier does not fit the challenge")
        access = secrets.token_urlsafe(32)
        self._forget_expired()
        self._access[access] = grant, time.time() + TOKEN_LIFETIME
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": TOKEN_LIFETIME,
            "scope": grant.scope,
            "id_token": self._id_token(grant, access),
        }

    def userinfo(self, access: str) -> dict[str, Any] | None:
        """Return the claims that an access token opens; None if it opens nothing."""
        self._forget_expired()
        grant, _ = self._access.get(access, (None, 0))
        if grant is None or self.find(grant.session.id) is None:
            return None
        return grant.session.account.claims(grant.scope)

    def _forget_expired(self) -> None:
        now = time.time()
        self._access = {key: each for key, each in self._access.items() if each[1] > now}

    def _id_token(self, grant: Code, access: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": grant.session.account.id,
            "aud": grant.client.id,
            "iat": now,
            "exp": now + TOKEN_LIFETIME,
            "auth_time": int(grant.session.since),
            "sid": grant.session.id,
            "at_hash": _base64(hashlib.sha256(access.encode()).digest()[:16]),
        }
        if grant.nonce is not None:
            claims["nonce"] = grant.nonce
        return self._sign(claims, "JWT")

    def _logout_token(self, client: Client, session: Session) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": session.account.id,
            "aud": client.id,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_urlsafe(16),
            "events": {LOGOUT_EVENT: {}},
            "sid": session.id,
        }
        return self._sign(claims, "logout+jwt")

    def _sign(self, claims: dict[str, Any], kind: str) -> str:
        return jwt.encode({"alg": "RS256", "kid": self._key.kid, "typ": kind}, claims, self._key)


def challenge_of(verifier: str) -> str:
    """Return the PKCE challenge by S256 (RFC 7636 section 4.2)."""
    return _base64(hashlib.sha256(verifier.encode()).digest())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
