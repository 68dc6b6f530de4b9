"""Yahoo as it was: Browser-Based Authentication (BBAuth), whose addresses are signed.

Both directions have the same form: the path and query of an address, then ``sig``, the MD5 of what is
before it and the secret. Yahoo of today speaks OpenID Connect.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from tornado.httpclient import AsyncHTTPClient

from .._addresses import check_address, checked_next
from .._callback import takes_callback
from .._endpoints import endpoint
from .._errors import AuthError
from .._handler import handler_of
from .._http import fetch, provider_error
from .._started import Finished
from .._transactions._cookies import Transactions
from .._transactions._transaction import Transaction, new_state

if TYPE_CHECKING:
    from collections.abc import Awaitable

#: How far the clocks may be apart, in seconds: Yahoo's own limit.
_SLACK = 300

#: What is signed, and the signature; nothing comes after it.
_SIGNED = re.compile(r"(?P<covered>[^?#]*\?[^#]*)&sig=(?P<signature>[0-9a-f]{32})")

_MAX_CREDENTIALS = 64 * 1024


class YahooMixin:
    """A handler that signs users in by Yahoo's Browser-Based Authentication (classic).

    Yahoo ended it, so the setting ``auth_endpoints`` or the class attributes have to name another
    server of the protocol; for Yahoo of today, use :class:`OpenIDConnectMixin`. The address of the
    handler is registered there, and the application needs the settings ``yahoo_app_id`` and
    ``yahoo_shared_secret``::

        class YahooHandler(RequestHandler, YahooMixin):
            async def get(self):
                if self.get_argument("sig", None):
                    user = await self.get_authenticated_user()
                    ...
                else:
                    self.authenticate_redirect()

    .. versionadded:: 1.0
    """

    _YAHOO_LOGIN_URL = "https://api.login.yahoo.com/WSLogin/V1/wslogin"
    _YAHOO_CREDENTIALS_URL = "https://api.login.yahoo.com/WSLogin/V1/wspwtoken_login"

    #: The sign-in that has just ended: ``next`` is where the user wanted to go. It is not there before.
    auth_transaction: Transaction

    def authenticate_redirect(self, *, next: str | None = None) -> Awaitable[None]:
        """Send the browser to Yahoo; it comes back to the registered address.

        The redirect is done when this returns, so nobody needs to wait.

        :param next: where the user wants to go afterwards, on this site.
        :raises AuthError: an address is not https, or `next` leads to another site.
        """
        handler = handler_of(self)
        login = check_address(endpoint(self, "_YAHOO_LOGIN_URL"), "Yahoo's login address")
        transaction = Transaction(
            state=new_state(), provider=login, next=checked_next(handler.request, next)
        )
        url = self._signed_url(login, appdata=transaction.state, send_userhash="1")
        Transactions(handler).begin(transaction)
        handler.redirect(url)
        return Finished()

    @takes_callback(0)
    async def get_authenticated_user(self) -> dict[str, Any]:
        """Check the answer that the browser brings, and return the user.

        :returns: ``userhash``, which identifies the user to this program, and ``token``, for
            :meth:`get_yahoo_credentials`.
        :raises TransactionError: the answer does not belong to a sign-in of this browser.
        :raises AuthError: the answer is not Yahoo's, or is too old.
        """
        handler = handler_of(self)
        login = endpoint(self, "_YAHOO_LOGIN_URL")
        state = handler.get_argument("appdata", "")
        self.auth_transaction = await Transactions(handler).take(state, provider=login)
        self._check_signature()
        token, userhash = (self._argument(name) for name in ("token", "userhash"))
        return {"userhash": userhash, "token": token}

    @takes_callback(1)
    async def get_yahoo_credentials(self, token: str) -> dict[str, Any]:
        """Exchange the token of a user for what requests to Yahoo's services need.

        :returns: ``cookie``, ``wssid`` and ``timeout``, in seconds or None.
        :raises ProviderError: Yahoo refused.
        """
        url = self._signed_url(endpoint(self, "_YAHOO_CREDENTIALS_URL"), token=token)
        what = "Yahoo"
        response = await fetch(
            self.get_auth_http_client(), url, what=what, max_size=_MAX_CREDENTIALS
        )
        text = (response.body or b"").decode("utf-8", "replace")
        cookie, wssid = _element(text, "Cookie"), _element(text, "WSSID")
        if response.code != 200 or not cookie or not wssid:
            said = {"error": _element(text, "ErrorCode"), "error_description": "no credentials"}
            raise provider_error(response, what, said, (token,))
        timeout = _element(text, "Timeout")
        return {
            "cookie": cookie,
            "wssid": wssid,
            "timeout": int(timeout) if re.fullmatch("[0-9]{1,9}", timeout) else None,
        }

    def _signed_url(self, url: str, **arguments: str) -> str:
        handler = handler_of(self)
        handler.require_setting("yahoo_app_id", "Yahoo BBAuth")
        given = {
            "appid": handler.settings["yahoo_app_id"],
            **arguments,
            "ts": str(int(time.time())),
        }
        url = f"{url}?{urlencode(given)}"
        parts = urlsplit(url)
        return f"{url}&sig={self._signature(f'{parts.path}?{parts.query}')}"

    def _check_signature(self) -> None:
        """Check that Yahoo signed the address of the request for this program, and when."""
        handler = handler_of(self)
        match = _SIGNED.fullmatch(handler.request.uri or "")
        if match is None or not hmac.compare_digest(
            self._signature(match["covered"]), match["signature"]
        ):
            raise AuthError("the answer is not signed by Yahoo for this program")
        if self._argument("appid") != handler.settings["yahoo_app_id"]:
            raise AuthError("the answer of Yahoo is for another program")
        signed_at = self._argument("ts")
        if (
            not re.fullmatch(r"[0-9]{1,12}", signed_at)
            or abs(time.time() - int(signed_at)) > _SLACK
        ):
            raise AuthError("the answer of Yahoo is of another time; are the clocks right?")

    def _argument(self, name: str) -> str:
        values = handler_of(self).get_arguments(name, strip=False)
        if len(values) != 1 or not values[0]:
            raise AuthError(f"the answer of Yahoo must have one {name}")
        return values[0]

    def _signature(self, address: str) -> str:
        """Return the signature of a path and query: MD5, which the protocol fixed."""
        handler = handler_of(self)
        handler.require_setting("yahoo_shared_secret", "Yahoo BBAuth")
        covered = address + handler.settings["yahoo_shared_secret"]
        return hashlib.md5(covered.encode(), usedforsecurity=False).hexdigest()

    def get_auth_http_client(self) -> AsyncHTTPClient:
        """Return the client that talks to Yahoo. Override to use one with other options."""
        return AsyncHTTPClient()


def _element(text: str, name: str) -> str:
    """Return the text of the first element of a name, "" if there is none."""
    match = re.search(f"<{name}>([^<]*)</{name}>", text)
    return match[1].strip() if match else ""
