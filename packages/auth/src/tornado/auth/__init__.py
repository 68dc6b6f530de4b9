"""Signing in with other sites.

A mixin for each protocol or provider is put beside a request handler.

Every sign-in is a transaction that is bound to the browser by a signed cookie, so the application
needs the setting ``cookie_secret``. Ids that may be used once only are kept in the store of the setting
``auth_replay_store``: in the memory of the process, unless a store that several processes share is
given there.
"""

from __future__ import annotations

from tornado.util import publish

from ._errors import AuthError, ProviderError, TokenInUseError, TransactionError
from ._handler import AuthHandler
from ._oauth1._mixin import OAuthMixin
from ._oauth2._discovery import discover_oauth2_provider
from ._oauth2._dpop import DPoPKey, DPoPNonces
from ._oauth2._mixin import OAuth2Mixin
from ._oauth2._provider import OAuth2Provider
from ._oidc._client import OpenIDConnectClient
from ._oidc._mixin import OpenIDConnectMixin
from ._openid._mixin import OpenIdMixin
from ._providers._bluesky import bluesky_client_metadata, discover_bluesky_provider
from ._providers._facebook_graph import FacebookGraphMixin
from ._providers._facebook_sessions import FacebookMixin
from ._providers._friendfeed import FriendFeedMixin
from ._providers._google_oauth2 import GoogleOAuth2Mixin
from ._providers._google_openid import GoogleMixin
from ._providers._settings import github, gitlab, microsoft
from ._providers._twitter import TwitterMixin
from ._providers._yahoo import YahooMixin
from ._transactions._replay import MemoryReplayStore, ReplayStore
from ._transactions._sqlite import SQLiteReplayStore

__all__ = [
    "AuthError",
    "AuthHandler",
    "DPoPKey",
    "DPoPNonces",
    "FacebookGraphMixin",
    "FacebookMixin",
    "FriendFeedMixin",
    "GoogleMixin",
    "GoogleOAuth2Mixin",
    "MemoryReplayStore",
    "OAuth2Mixin",
    "OAuth2Provider",
    "OAuthMixin",
    "OpenIDConnectClient",
    "OpenIDConnectMixin",
    "OpenIdMixin",
    "ProviderError",
    "ReplayStore",
    "SQLiteReplayStore",
    "TokenInUseError",
    "TransactionError",
    "TwitterMixin",
    "YahooMixin",
    "bluesky_client_metadata",
    "discover_bluesky_provider",
    "discover_oauth2_provider",
    "github",
    "gitlab",
    "microsoft",
]

publish(
    globals(),
    aliases={"RequestHandler": "tornado.web", "url_concat": "tornado.httputil"},
)
