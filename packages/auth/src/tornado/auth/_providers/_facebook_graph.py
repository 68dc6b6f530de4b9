"""Facebook's Graph API."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any

from .._callback import takes_callback
from .._endpoints import endpoint
from .._errors import AuthError
from .._oauth2._mixin import OAuth2Mixin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: What is asked of a user.
_FIELDS = ("id", "name", "first_name", "last_name", "locale", "picture", "link")


class FacebookGraphMixin(OAuth2Mixin):
    """A handler that signs users in with Facebook, and uses the Graph API.

    ::

        class LoginHandler(RequestHandler, FacebookGraphMixin):
            async def get(self):
                address = "https://www.example.com/login"
                key, secret = self.settings["facebook_api_key"], self.settings["facebook_secret"]
                if self.get_argument("code", None):
                    user = await self.get_authenticated_user(
                        address, key, secret, self.get_argument("code")
                    )
                    ...
                else:
                    self.authorize_redirect(address, key, scope=["email"])
    """

    _OAUTH_AUTHORIZE_URL = "https://www.facebook.com/dialog/oauth"
    _OAUTH_ACCESS_TOKEN_URL = "https://graph.facebook.com/oauth/access_token"  # noqa: S105 - an address
    _OAUTH_NO_CALLBACKS = False
    _FACEBOOK_BASE_URL = "https://graph.facebook.com"

    @takes_callback(4)
    async def get_authenticated_user(
        self,
        redirect_uri: str,
        client_id: str,
        client_secret: str,
        code: str,
        extra_fields: Iterable[str] | None = None,
    ) -> dict[str, Any] | None:
        """Return the user whom Facebook's answer is about.

        :param redirect_uri: that of the authorization request.
        :param code: the argument of this name of the request.
        :param extra_fields: more fields of the user to ask for.
        :returns: the fields ``id``, ``name``, ``first_name``, ``last_name``, ``locale``, ``picture``
            and ``link``, each of which may be None; ``access_token``, and ``session_expires``: the
            seconds for which it is valid, as text.
        :raises TransactionError: the answer does not belong to a sign-in of this browser.
        :raises ProviderError: Facebook refused.
        """
        signed_in = await self._exchange(redirect_uri, client_id, client_secret, code)
        token = signed_in.tokens["access_token"]
        fields = sorted({*_FIELDS, *(extra_fields or ())})
        user = await self.facebook_request(
            "/me",
            token,
            appsecret_proof=_proof(token, signed_in.client.secret or ""),
            fields=",".join(fields),
        )
        if user is None:
            return None
        if not isinstance(user, dict):
            raise AuthError("Facebook returned no user")
        expires = signed_in.tokens.get("expires_in")
        return {
            **{field: user.get(field) for field in fields},
            "access_token": token,
            "session_expires": None if expires is None else str(expires),
        }

    @takes_callback(1)
    async def facebook_request(
        self,
        path: str,
        access_token: str | None = None,
        post_args: Mapping[str, Any] | None = None,
        **args: Any,
    ) -> Any:
        """Fetch a path of the Graph API, such as ``"/me/feed"``, and return its JSON.

        :param access_token: the one that :meth:`get_authenticated_user` returned.
        :param post_args: the form to post; by default it is a GET.
        :param args: parameters for the query.
        :raises ProviderError: Facebook refused.
        """
        url = endpoint(self, "_FACEBOOK_BASE_URL") + path
        return await self.oauth2_request(url, access_token, post_args, **args)


def _proof(access_token: str, secret: str) -> str:
    """Prove that the token is used by the program that it was given to (Facebook's appsecret_proof)."""
    return hmac.new(secret.encode(), access_token.encode(), hashlib.sha256).hexdigest()
