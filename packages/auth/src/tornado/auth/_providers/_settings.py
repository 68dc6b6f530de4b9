"""Providers of OAuth 2 whose addresses are known.

The id and the secret of the program are in the settings ``github_oauth``, ``gitlab_oauth`` and
``microsoft_oauth``.
"""

from __future__ import annotations

from .._oauth2._provider import OAuth2Provider


def github(site: str = "https://github.com", api: str = "https://api.github.com") -> OAuth2Provider:
    """Return GitHub as a provider; the user is at ``userinfo_url``.

    :param site: the address of the GitHub, without a slash at the end.
    :param api: the address of its interface for programs.

    .. versionadded:: 1.0
    """
    return OAuth2Provider(
        name="github",
        authorize_url=f"{site}/login/oauth/authorize",
        token_url=f"{site}/login/oauth/access_token",
        client_authentication="client_secret_post",
        scope=("read:user", "user:email"),
        userinfo_url=f"{api}/user",
    )


def gitlab(site: str = "https://gitlab.com") -> OAuth2Provider:
    """Return GitLab as a provider.

    :param site: the address of the GitLab, without a slash at the end.

    .. versionadded:: 1.0
    """
    return OAuth2Provider(
        name="gitlab",
        authorize_url=f"{site}/oauth/authorize",
        token_url=f"{site}/oauth/token",
        issuer=site,
        revocation_url=f"{site}/oauth/revoke",
        scope=("openid", "profile", "email"),
        userinfo_url=f"{site}/oauth/userinfo",
        jwks_url=f"{site}/oauth/discovery/keys",
    )


def microsoft(tenant: str) -> OAuth2Provider:
    """Return the Microsoft identity platform as a provider.

    :param tenant: the id of the directory whose users may sign in, or ``"common"``, ``"organizations"``
        or ``"consumers"`` for those of several. Then the issuer is not known beforehand.

    .. versionadded:: 1.0
    """
    base = f"https://login.microsoftonline.com/{tenant}"
    is_for_several = tenant in ("common", "organizations", "consumers")
    return OAuth2Provider(
        name="microsoft",
        authorize_url=f"{base}/oauth2/v2.0/authorize",
        token_url=f"{base}/oauth2/v2.0/token",
        issuer=None if is_for_several else f"{base}/v2.0",
        client_authentication="client_secret_post",
        scope=("openid", "profile", "email"),
        userinfo_url="https://graph.microsoft.com/oidc/userinfo",
        end_session_url=f"{base}/oauth2/v2.0/logout",
        jwks_url=f"{base}/discovery/v2.0/keys",
    )
