"""FriendFeed, by OAuth 1.0: for other servers of its interface, because it closed in 2015."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .._callback import takes_callback
from .._endpoints import endpoint
from .._errors import AuthError
from .._handler import handler_of
from .._oauth1._mixin import OAuthMixin
from ._user import with_username

if TYPE_CHECKING:
    from collections.abc import Mapping


class FriendFeedMixin(OAuthMixin):
    """A handler that signs users in with FriendFeed (classic).

    FriendFeed closed in 2015, so the setting ``auth_endpoints`` or the class attributes have to name
    another server of its interface. The application needs the settings ``friendfeed_consumer_key`` and
    ``friendfeed_consumer_secret``.

    A user has ``username``, ``name``, ``description`` and ``access_token``.
    """

    _OAUTH_VERSION = "1.0"
    _OAUTH_REQUEST_TOKEN_URL = "https://friendfeed.com/account/oauth/request_token"  # noqa: S105 - an address
    _OAUTH_ACCESS_TOKEN_URL = "https://friendfeed.com/account/oauth/access_token"  # noqa: S105 - an address
    _OAUTH_AUTHORIZE_URL = "https://friendfeed.com/account/oauth/authorize"
    _OAUTH_NO_CALLBACKS = True
    _FRIENDFEED_BASE_URL = "https://friendfeed-api.com/v2"

    @takes_callback(1)
    async def friendfeed_request(
        self,
        path: str,
        access_token: Mapping[str, Any] | None = None,
        post_args: Mapping[str, Any] | None = None,
        **args: Any,
    ) -> Any:
        """Fetch a path of FriendFeed's API, such as ``"/entry"``, and return its JSON.

        :param access_token: that of the user, which signs the request.
        :param post_args: the form to post; by default it is a GET.
        :param args: parameters for the query.
        :raises ProviderError: the server refused.
        """
        url = endpoint(self, "_FRIENDFEED_BASE_URL") + path
        return await self._oauth_api_request(url, access_token, post_args, args)

    def _oauth_consumer_token(self) -> dict[str, Any]:
        handler = handler_of(self)
        handler.require_setting("friendfeed_consumer_key", "FriendFeed OAuth")
        handler.require_setting("friendfeed_consumer_secret", "FriendFeed OAuth")
        return {
            "key": handler.settings["friendfeed_consumer_key"],
            "secret": handler.settings["friendfeed_consumer_secret"],
        }

    async def _oauth_get_user_future(self, access_token: dict[str, Any]) -> dict[str, Any]:
        name = access_token.get("username")
        if not name:
            raise AuthError("the access token of FriendFeed has no username")
        user = await self.friendfeed_request(
            f"/feedinfo/{quote(name, safe='')}",
            access_token=access_token,
            include="id,name,description",
        )
        return with_username(user, "id", "FriendFeed")
