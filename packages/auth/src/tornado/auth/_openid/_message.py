"""The messages of OpenID 2.0, without a socket.

An answer comes by the browser, so anybody can write one. What it says counts only after

1. its required fields are there, each once, and are covered by its signature (section 10.1),
2. it was made for the address that received it (section 11.1),
3. it names the endpoint that was asked (section 11.2), and
4. its nonce is of our time (section 11.3);

the endpoint itself then says whether it made the signature (section 11.4.2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qsl, urlsplit

from tornado.util import shortened

from .._addresses import without_query
from .._errors import AuthError, ProviderError
from ._names import IDENTIFIER_SELECT, OPENID_2

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_REQUIRED = "ns", "op_endpoint", "return_to", "response_nonce", "assoc_handle", "signed", "sig"

#: What a signature has to cover (section 10.1), the last two where they are present.
_MUST_BE_SIGNED = "op_endpoint", "return_to", "response_nonce", "assoc_handle"
_IDENTIFIERS = "claimed_id", "identity"

#: A nonce: a time in UTC, and characters that make it unique, 255 in all (section 10.1).
_NONCE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})Z[!-~]{0,235}")

#: For how long, in seconds, an answer may be on its way, and how far clocks may be apart.
NONCE_LIFETIME = 300


@dataclass(frozen=True)
class Assertion:
    """What a provider says about a user; :func:`read_assertion` makes it, checked but not verified."""

    fields: Mapping[str, str]  #: the fields by their names without ``openid.``
    signed: frozenset[str]  #: the names of the fields that the signature covers

    @property
    def claimed_id(self) -> str:
        """The identifier of the user, which may have a fragment."""
        return self.fields["claimed_id"]

    @property
    def identity(self) -> str:
        """The name of the user at the provider."""
        return self.fields["identity"]

    @property
    def nonce(self) -> str:
        """What makes this assertion different from all others of the same endpoint."""
        return self.fields["response_nonce"]

    def get_signed(self, name: str) -> str | None:
        """Return a field that the signature covers; None if it is missing, or anybody wrote it."""
        return self.fields.get(name) if name in self.signed else None

    def alias_of(self, namespace: str) -> str | None:
        """Return the prefix of an extension's fields; None if the answer does not have it."""
        for name in self.signed:
            prefix, _, alias = name.partition(".")
            if prefix == "ns" and alias and self.fields.get(name) == namespace:
                return alias
        return None


def read_assertion(arguments: Mapping[str, Sequence[bytes]]) -> Assertion:
    """Return the positive assertion that a request brings.

    :param arguments: all arguments of the request, of its query and its form.
    :raises ProviderError: the answer is negative: an error, or the user refused.
    :raises AuthError: it is not a whole answer of OpenID 2.0.
    """
    fields = _read_fields(arguments)
    _refuse_negative(fields)
    missing = [name for name in _REQUIRED if not fields.get(name)]
    if missing:
        raise AuthError(f"the OpenID answer lacks openid.{missing[0]}")
    if fields["ns"] != OPENID_2:
        raise AuthError(f"the OpenID answer is not of version 2.0: {shortened(fields['ns'])}")
    if not all(fields.get(name) for name in _IDENTIFIERS):
        raise AuthError(
            "the OpenID answer names no user: openid.claimed_id or openid.identity is missing"
        )
    signed = frozenset(fields["signed"].split(","))
    for name in (*_MUST_BE_SIGNED, *_IDENTIFIERS):
        if name not in signed:
            raise AuthError(f"the signature of the OpenID answer does not cover openid.{name}")
    return Assertion(fields, signed)


def _read_fields(arguments: Mapping[str, Sequence[bytes]]) -> dict[str, str]:
    fields = {}
    for name, values in arguments.items():
        if name.startswith("openid."):
            if len(values) != 1:
                raise AuthError(f"the OpenID answer has {shortened(name)} more than once")
            try:
                fields[name[7:]] = values[0].decode()
            except UnicodeDecodeError:
                raise AuthError(f"{shortened(name)} of the OpenID answer is not UTF-8") from None
    return fields


def _refuse_negative(fields: Mapping[str, str]) -> None:
    """Refuse answers other than positive ones (sections 5.2.3 and 10.2)."""
    mode = fields.get("mode", "")
    if mode == "id_res":
        return
    if mode in ("cancel", "setup_needed"):
        raise ProviderError("the user did not sign in at the OpenID provider", error=mode)
    if mode == "error":
        said = shortened(fields.get("error", ""))
        raise ProviderError(f"the OpenID provider answered with an error: {said}", error=mode)
    raise AuthError(f"the OpenID answer has an unknown openid.mode: {shortened(mode)}")


def check_endpoint(assertion: Assertion, endpoint: str) -> None:
    """Check that the provider which was asked has answered (section 11.2).

    :raises AuthError: the answer names another endpoint.
    """
    named = assertion.fields["op_endpoint"]
    if named != endpoint:
        message = f"the OpenID answer is of {without_query(named)}, but {without_query(endpoint)} was asked"
        raise AuthError(message)


def check_return_to(assertion: Assertion, address: str) -> None:
    """Check that an answer was made for the address that received it (section 11.1).

    Scheme, authority and path are equal, and whatever the query of ``openid.return_to`` has is also
    in the query of the request.

    :param address: the whole address of the request.
    :raises AuthError: it was made for another one.
    """
    return_to = assertion.fields["return_to"]
    ours, theirs = _split(address), _split(return_to)
    if ours is None or theirs is None or _place(ours) != _place(theirs):
        message = f"the OpenID answer is for {without_query(return_to)}, but came to {without_query(address)}"
        raise AuthError(f"{message}; a server that a proxy serves needs xheaders=True")
    received = parse_qsl(ours.query, keep_blank_values=True)
    for pair in parse_qsl(theirs.query, keep_blank_values=True):
        if pair not in received:
            message = (
                f"the OpenID answer came without {shortened(pair[0])}, which openid.return_to has"
            )
            raise AuthError(message)
        received.remove(pair)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        return parts if parts.port is None or parts.port else None
    except ValueError:
        return None


def _place(parts: SplitResult) -> tuple[str, str | None, int | None, str]:
    scheme = parts.scheme.lower()
    implied = {"http": 80, "https": 443}.get(scheme)
    return scheme, parts.hostname, parts.port or implied, parts.path or "/"


def check_nonce_time(assertion: Assertion, now: float) -> None:
    """Check that an answer is of our time; that it comes once is the store's to say (section 11.3).

    :param now: the time in seconds.
    :raises AuthError: the nonce is malformed, too old, or of the future.
    """
    match = _NONCE.fullmatch(assertion.nonce)
    try:
        time = datetime.fromisoformat(match[1]).replace(tzinfo=UTC).timestamp() if match else None
    except ValueError:
        time = None
    if time is None:
        raise AuthError("openid.response_nonce does not begin with a time")
    if abs(now - time) > NONCE_LIFETIME:
        side = "in the future" if time > now else "ago"
        message = f"the OpenID answer was made {abs(now - time):.0f} seconds {side}"
        raise AuthError(f"{message}: more than {NONCE_LIFETIME}; are the clocks right?")


def verification_request(assertion: Assertion) -> dict[str, str]:
    """Return the form that asks the endpoint whether it made an assertion (section 11.4.2.1)."""
    fields = {f"openid.{name}": value for name, value in assertion.fields.items()}
    return fields | {"openid.mode": "check_authentication"}


def read_key_values(body: bytes) -> dict[str, str]:
    """Return the fields of a direct answer: a line ``name:value`` each (section 4.1.1).

    :raises AuthError: it is not such a text.
    """
    try:
        lines = body.decode().split("\n")
    except UnicodeDecodeError:
        raise AuthError("the direct answer of the OpenID provider is not UTF-8") from None
    fields: dict[str, str] = {}
    for line in filter(None, lines):
        name, colon, value = line.partition(":")
        if not colon or name in fields:
            raise AuthError("the direct answer of the OpenID provider is not in key-value form")
        fields[name] = value
    return fields


def check_verification(fields: Mapping[str, str]) -> None:
    """Check that the endpoint says that the assertion is its own (section 11.4.2.2).

    :param fields: those of its direct answer.
    :raises AuthError: it did not say so.
    """
    if fields.get("ns") != OPENID_2 or fields.get("is_valid") != "true":
        said = fields.get("error")
        more = f": {shortened(said)}" if said else ""
        raise AuthError(f"the OpenID provider does not confirm the answer{more}")


def authentication_request(
    *, return_to: str, realm: str, extensions: Iterable[Mapping[str, str]] = ()
) -> dict[str, str]:
    """Return the parameters that ask a provider who the user is (section 9.1).

    :param return_to: where the browser comes back.
    :param realm: the site that the user is asked to trust; `return_to` lies below it.
    :param extensions: the parameters of extensions.
    """
    parameters = {
        "openid.ns": OPENID_2,
        "openid.claimed_id": IDENTIFIER_SELECT,
        "openid.identity": IDENTIFIER_SELECT,
        "openid.return_to": return_to,
        "openid.realm": realm,
        "openid.mode": "checkid_setup",
    }
    for extension in extensions:
        parameters |= extension
    return parameters
