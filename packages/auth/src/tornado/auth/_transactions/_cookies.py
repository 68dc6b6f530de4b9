"""The cookies of the sign-ins that a browser has begun."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from .._addresses import is_loopback
from .._errors import AuthError, TransactionError
from ._replay import use_once
from ._transaction import LIFETIME, MAX_SKEW, Transaction, network_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from .._handler import AuthHandler

#: How many sign-ins a browser may have under way; the oldest is dropped.
MOST_TRANSACTIONS = 5

#: The largest name and value of a cookie, in bytes. Browsers drop those above 4096 with or without the
#: attributes (RFC 6265 section 6.1), and say nothing.
MAX_COOKIE_SIZE = 3800

#: The beginning of the names, which cookies of programs do not have.
_NAME = "tornado_signin_"
_DAY = 86400

#: A state that is a part of a cookie's name as it is.
_SHORT_STATE = re.compile(r"[A-Za-z0-9_-]{1,43}")

#: What follows the beginning of a name: a short state, or the digest of a long one.
_REST_OF_NAME = re.compile(r"[A-Za-z0-9_-]{1,43}|[0-9a-f]{64}")


class Transactions:
    """The sign-ins that the browser of a request has begun and not ended.

    :param handler: of the request.
    """

    def __init__(self, handler: AuthHandler) -> None:
        self._handler = handler

    def begin(self, transaction: Transaction, *, posts_back: bool = False) -> Transaction:
        """Give the browser the cookie of a new transaction.

        It is done when it returns, so that a redirect may follow at once.

        :param posts_back: the answer comes as a form that another site posts
            (``response_mode=form_post``), to which browsers add such cookies only without ``SameSite``.
        :returns: the transaction.
        :raises AuthError: it does not fit into a cookie, so that no answer would be taken.
        :raises Exception: the application does not have the setting ``cookie_secret``.
        """
        self._handler.require_setting("cookie_secret", "signing in with other sites")
        name = self._name(transaction.state)
        network = network_of(getattr(self._handler.request, "remote_ip", None))
        transaction = replace(transaction, network=network)
        kept = replace(transaction, state=_short(transaction.state))
        value = self._handler.create_signed_value(name, kept.to_json())
        if len(name) + len(value) > MAX_COOKIE_SIZE:
            raise AuthError(
                f"this sign-in does not fit into a cookie of {MAX_COOKIE_SIZE} bytes: shorten next, or"
                " what the program gives it"
            )
        self._drop_oldest()
        is_secure = self._is_secure()
        self._handler.set_cookie(
            name,
            value,
            path="/",
            max_age=LIFETIME,
            httponly=True,
            secure=is_secure,
            samesite="None" if posts_back and is_secure else "Lax",
        )
        return transaction

    def find(self, state: str) -> Transaction | None:
        """Return the transaction that a state names; None if this browser has none that is valid.

        To believe an answer, :meth:`take` it instead.
        """
        name = self._name(state)
        if not state or self._handler.get_cookie(name) is None:
            return None
        transaction = self._read(name)
        if transaction is None or transaction.state != _short(state):
            return None
        return replace(transaction, state=state)

    async def take(self, state: str, *, provider: str | Collection[str]) -> Transaction:
        """End the transaction that an answer names, and return it.

        The cookie is deleted whatever the result, and the state counts once even if the cookie is
        sent again. Nothing else of the answer may be looked at before, not even its error.

        :param provider: who is asked at this address, or all who are; an answer to a question to
            another one is not taken (mix-up, RFC 9207).
        :raises TransactionError: this browser has no such transaction, it is too old, was ended
            before, or is one with another provider.
        """
        self._handler.require_setting("cookie_secret", "signing in with other sites")
        transaction = self.find(state)
        self.forget(state)
        if transaction is None:
            raise TransactionError(
                "the state of the answer is not that of a sign-in of this browser: begin again"
            )
        kind = f"transaction {transaction.network}"
        if not await use_once(self._handler, kind, transaction.id, LIFETIME + MAX_SKEW + 1):
            raise TransactionError("this sign-in was answered before: begin again")
        expected = (provider,) if isinstance(provider, str) else provider
        if transaction.provider not in expected:
            raise TransactionError(
                f"the sign-in was begun with {transaction.provider}, not with {', '.join(expected)}"
            )
        return transaction

    def forget(self, state: str) -> None:
        """Delete the cookie of a transaction, if the browser sent one."""
        name = self._name(state)
        if state and self._handler.get_cookie(name) is not None:
            self._clear(name)

    def _drop_oldest(self) -> None:
        """Delete the oldest cookies, so that there is room for one, and those that are not valid."""
        prefix = self._prefix()
        begun: list[tuple[float, str]] = []
        for name in list(self._handler.request.cookies):
            if name.startswith(prefix) and _REST_OF_NAME.fullmatch(name, len(prefix)):
                transaction = self._read(name)
                begun.append((transaction.started if transaction else 0.0, name))
        begun.sort()
        valid = sum(started > 0 for started, _ in begun)
        for _, name in begun[: len(begun) - min(valid, MOST_TRANSACTIONS - 1)]:
            self._clear(name)

    def _read(self, name: str) -> Transaction | None:
        signed = self._handler.get_signed_cookie(name, max_age_days=LIFETIME / _DAY)
        if signed is None:
            return None
        transaction = Transaction.from_json(signed)
        return None if transaction is None or transaction.is_expired() else transaction

    def _clear(self, name: str) -> None:
        self._handler.clear_cookie(
            name, path="/", httponly=True, secure=self._is_secure(), samesite="Lax"
        )

    def _name(self, state: str) -> str:
        return self._prefix() + _short(state)

    def _prefix(self) -> str:
        return f"__Host-{_NAME}" if self._is_secure() else _NAME

    def _is_secure(self) -> bool:
        """Tell whether cookies are for https only: they are, except over http on this machine."""
        request = self._handler.request
        return request.protocol == "https" or not is_loopback(request.host_name)


def _short(state: str) -> str:
    """Return what a cookie has instead of a state: a program's may be longer than cookies should be."""
    if _SHORT_STATE.fullmatch(state):
        return state
    return hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()
