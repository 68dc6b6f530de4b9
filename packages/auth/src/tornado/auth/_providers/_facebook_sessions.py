"""Facebook as it was until 2012: signed sessions and the REST interface."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from tornado.escape import json_decode
from tornado.httpclient import AsyncHTTPClient
from tornado.httputil import url_concat

from .._addresses import check_address, checked_next
from .._callback import takes_callback
from .._endpoints import endpoint
from .._errors import AuthError, ProviderError
from .._handler import handler_of
from .._http import fetch, provider_error, read_json
from .._started import Finished
from .._transactions._cookies import Transactions
from .._transactions._transaction import Transaction, new_state

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping, Sequence

#: The argument of ``next`` that names the sign-in.
_STATE = "auth_state"

_FIELDS = "uid,first_name,last_name,name,locale,pic_square,profile_url,username"


class FacebookMixin:
    """A handler that signs users in by Facebook's protocol of 2008 to 2012 (classic).

    Facebook ended it; :class:`FacebookGraphMixin` is for Facebook of today. The setting
    ``auth_endpoints`` or the class attributes point this class at another server of the protocol. The
    application needs the settings ``facebook_api_key`` and ``facebook_secret``::

        class FacebookHandler(RequestHandler, FacebookMixin):
            async def get(self):
                if self.get_argument("session", None):
                    user = await self.get_authenticated_user()
                    ...
                else:
                    self.authenticate_redirect()

    A session counts only in the browser that asked, once, and if Facebook signed it for this program.
    """

    _FACEBOOK_LOGIN_URL = "https://www.facebook.com/login.php"
    _FACEBOOK_REST_URL = "https://api.facebook.com/restserver.php"

    #: The sign-in that has just ended: ``next`` is where the user wanted to go. It is not there before.
    #:
    #: .. versionadded:: 1.0
    auth_transaction: Transaction

    def authenticate_redirect(
        self,
        callback_uri: str | None = None,
        cancel_uri: str | None = None,
        extended_permissions: Sequence[str] | str | None = None,
        *,
        next: str | None = None,
    ) -> Awaitable[None]:
        """Send the browser to Facebook; it comes back with an argument ``session``.

        The redirect is done when this returns, so nobody needs to wait.

        :param callback_uri: where it comes back; by default the address of this request.
        :param cancel_uri: where it comes back if the user refuses.
        :param extended_permissions: what the program wants to do, one or several.
        :param next: where the user wants to go afterwards, on this site.
        :raises AuthError: an address is not https, or `next` leads to another site.

        .. versionadded:: 1.0
           ``next``.
        """
        handler = handler_of(self)
        handler.require_setting("facebook_api_key", "Facebook Connect")
        login = check_address(endpoint(self, "_FACEBOOK_LOGIN_URL"), "Facebook's login address")
        transaction = Transaction(
            state=new_state(), provider=login, next=checked_next(handler.request, next)
        )
        arguments = {
            "api_key": handler.settings["facebook_api_key"],
            "v": "1.0",
            "fbconnect": "true",
            "display": "page",
            "next": self._callback(callback_uri, transaction.state),
            "return_session": "true",
        }
        if cancel_uri is not None:
            arguments["cancel_url"] = self._callback(cancel_uri, transaction.state)
        if extended_permissions:
            if isinstance(extended_permissions, str):
                extended_permissions = [extended_permissions]
            arguments["req_perms"] = ",".join(extended_permissions)
        Transactions(handler).begin(transaction)
        handler.redirect(url_concat(login, arguments))
        return Finished()

    def authorize_redirect(
        self,
        extended_permissions: Sequence[str] | str,
        callback_uri: str | None = None,
        cancel_uri: str | None = None,
        *,
        next: str | None = None,
    ) -> Awaitable[None]:
        """Do as :meth:`authenticate_redirect` does, for permissions such as ``"publish_stream"``.

        .. versionadded:: 1.0
           ``next``.
        """
        return self.authenticate_redirect(callback_uri, cancel_uri, extended_permissions, next=next)

    def _callback(self, uri: str | None, state: str) -> str:
        """Return where the browser comes back, with the name of the sign-in in its query."""
        address = handler_of(self).request.full_url()
        parts = urlsplit(check_address(urljoin(address, uri) if uri else address, "callback_uri"))
        kept = [
            pair
            for pair in parse_qsl(parts.query, keep_blank_values=True)
            if pair[0] not in (_STATE, "session")
        ]
        return urlunsplit(parts._replace(query=urlencode([*kept, (_STATE, state)]), fragment=""))

    @takes_callback(0)
    async def get_authenticated_user(self) -> dict[str, Any]:
        """Check the session that the browser brings, and return its user.

        :returns: ``uid``, ``name``, ``first_name``, ``last_name``, ``locale``, ``pic_square``,
            ``profile_url``, ``username``, ``session_key`` and ``session_expires``.
        :raises TransactionError: the answer does not belong to a sign-in of this browser.
        :raises ProviderError: the user or Facebook refused.
        :raises AuthError: the session is not Facebook's, or there is no such user.
        """
        handler = handler_of(self)
        login = endpoint(self, "_FACEBOOK_LOGIN_URL")
        state = handler.get_argument(_STATE, "")
        self.auth_transaction = await Transactions(handler).take(state, provider=login)
        session = self._session()
        users = await self._request(
            "facebook.users.getInfo",
            {"session_key": session["session_key"], "uids": session["uid"], "fields": _FIELDS},
        )
        if not isinstance(users, list) or not users or not isinstance(users[0], dict):
            raise AuthError("Facebook returned no user")
        user = {name: users[0].get(name) for name in _FIELDS.split(",")}
        if str(user["uid"]) != str(session["uid"]):
            raise AuthError("Facebook returned another user than that of the session")
        return user | {
            "session_key": session["session_key"],
            "session_expires": session.get("expires"),
        }

    def _session(self) -> dict[str, Any]:
        """Return the session of the request, which must be signed.

        Without that, anybody could put another user's number beside a session key of their own.
        """
        text = handler_of(self).get_argument("session", "")
        if not text:
            raise ProviderError("the user did not sign in at Facebook", error="access_denied")
        try:
            session = json_decode(text)
        except (ValueError, RecursionError):
            raise AuthError("the session of Facebook is not JSON") from None
        if not isinstance(session, dict) or not {"uid", "session_key", "sig"} <= session.keys():
            raise AuthError("the session of Facebook lacks uid, session_key or sig")
        covered = {name: value for name, value in session.items() if name != "sig"}
        if not hmac.compare_digest(
            self._signature(covered).encode(), str(session["sig"]).encode("utf-8", "replace")
        ):
            raise AuthError("the session is not signed by Facebook for this program")
        return session

    @takes_callback(1)
    async def facebook_request(self, method: str, **args: Any) -> Any:
        """Call a method of Facebook's REST interface, such as ``"stream.get"``, and return its JSON.

        :param args: the arguments of the method, with ``session_key``.
        :raises ProviderError: Facebook refused.
        """
        return await self._request(method, args)

    async def _request(self, method: str, args: Mapping[str, Any]) -> Any:
        handler = handler_of(self)
        handler.require_setting("facebook_api_key", "Facebook Connect")
        form = {name: str(value) for name, value in args.items()} | {
            "api_key": handler.settings["facebook_api_key"],
            "v": "1.0",
            "method": method if method.startswith("facebook.") else f"facebook.{method}",
            "call_id": str(time.time_ns() // 1000),
            "format": "json",
        }
        form["sig"] = self._signature(form)
        hidden = handler.settings["facebook_secret"], str(args.get("session_key", ""))
        # In the body, because the key of a session must not be in an address.
        what, url = "Facebook", endpoint(self, "_FACEBOOK_REST_URL")
        response = await fetch(self.get_auth_http_client(), url, what=what, form=form)
        answer = read_json(response, what, hidden)
        if isinstance(answer, dict) and "error_code" in answer:
            said = {"error": answer["error_code"], "error_description": answer.get("error_msg")}
            raise provider_error(response, what, said, hidden)
        return answer

    def _signature(self, args: Mapping[str, Any]) -> str:
        """Return the signature of arguments: MD5 of them and the secret, which the protocol fixed."""
        handler = handler_of(self)
        handler.require_setting("facebook_secret", "Facebook Connect")
        text = "".join(f"{name}={args[name]}" for name in sorted(args))
        covered = text + handler.settings["facebook_secret"]
        return hashlib.md5(
            covered.encode("utf-8", "surrogatepass"), usedforsecurity=False
        ).hexdigest()

    def get_auth_http_client(self) -> AsyncHTTPClient:
        """Return the client that talks to Facebook. Override to use one with other options."""
        return AsyncHTTPClient()
