"""Twitter, by OAuth 1.0a."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._callback import acts_when_called, takes_callback
from .._endpoints import endpoint
from .._handler import handler_of
from .._oauth1._mixin import OAuthMixin
from ._user import with_username

if TYPE_CHECKING:
    from collections.abc import Mapping


class TwitterMixin(OAuthMixin):
    """A handler that signs users in with Twitter.

    The application needs the settings ``twitter_consumer_key`` and ``twitter_consumer_secret``, and its
    callback address has to be registered there::

        class TwitterHandler(RequestHandler, TwitterMixin):
            async def get(self):
                if self.get_argument("oauth_token", None):
                    user = await self.get_authenticated_user()
                    ...
                else:
                    await self.authenticate_redirect()

    A user has what Twitter's ``verify_credentials`` says, with ``username`` and ``access_token``.
    """

    _OAUTH_REQUEST_TOKEN_URL = "https://api.twitter.com/oauth/request_token"  # noqa: S105 - an address
    _OAUTH_ACCESS_TOKEN_URL = "https://api.twitter.com/oauth/access_token"  # noqa: S105 - an address
    _OAUTH_AUTHORIZE_URL = "https://api.twitter.com/oauth/authorize"
    _OAUTH_AUTHENTICATE_URL = "https://api.twitter.com/oauth/authenticate"
    _OAUTH_NO_CALLBACKS = False
    _TWITTER_BASE_URL = "https://api.twitter.com/1.1"

    @acts_when_called
    async def authenticate_redirect(
        self, callback_uri: str | None = None, *, next: str | None = None
    ) -> None:
        """Do as :meth:`OAuthMixin.authorize_redirect` does, without asking users who said yes before.

        :param callback_uri: where the browser comes back; by default the registered address.
        :param next: where the user wants to go afterwards, on this site.

        .. versionadded:: 1.0
           ``next``.
        """
        await self._redirect_with_token("_OAUTH_AUTHENTICATE_URL", callback_uri, next=next)

    @takes_callback(1)
    async def twitter_request(
        self,
        path: str,
        access_token: Mapping[str, Any] | None = None,
        post_args: Mapping[str, Any] | None = None,
        **args: Any,
    ) -> Any:
        """Fetch a path of Twitter's API, such as ``"/statuses/update"``, and return its JSON.

        :param path: without ``.json``; or a whole address.
        :param access_token: that of the user, which signs the request.
        :param post_args: the form to post; by default it is a GET.
        :param args: parameters for the query.
        :raises ProviderError: Twitter refused.
        """
        url = path
        if not path.startswith(("http:", "https:")):
            url = f"{endpoint(self, '_TWITTER_BASE_URL')}{path}.json"
        return await self._oauth_api_request(url, access_token, post_args, args)

    def _oauth_consumer_token(self) -> dict[str, Any]:
        handler = handler_of(self)
        handler.require_setting("twitter_consumer_key", "Twitter OAuth")
        handler.require_setting("twitter_consumer_secret", "Twitter OAuth")
        return {
            "key": handler.settings["twitter_consumer_key"],
            "secret": handler.settings["twitter_consumer_secret"],
        }

    async def _oauth_get_user_future(self, access_token: dict[str, Any]) -> dict[str, Any]:
        user = await self.twitter_request("/account/verify_credentials", access_token=access_token)
        return with_username(user, "screen_name", "Twitter")
