"""Who is signed in at the site, in memory."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tornado.auth import AuthError

if TYPE_CHECKING:
    from providers import Provider

#: Seconds after which somebody has to sign in again.
LIFETIME = 12 * 3600


@dataclass(frozen=True)
class User:
    """Somebody who has signed in: what a provider says about them."""

    provider: Provider
    subject: str
    name: str
    email: str | None = None
    email_verified: bool = False
    #: What the provider has said, if it was OpenID Connect.
    claims: dict[str, Any] = field(default_factory=dict)
    since: float = field(default_factory=time.time)

    @property
    def can_sign_out_there(self) -> bool:
        """Whether the provider may take a sign-out, too."""
        return self.provider.kind == "openid"


def user_of_github(provider: Provider, found: Any) -> User:
    """Return the user that GitHub has described.

    :raises AuthError: it is not a description of a user.
    """
    members = found if isinstance(found, dict) else {}
    number, name = members.get("id"), members.get("name") or members.get("login")
    if not isinstance(number, int) or not isinstance(name, str):
        raise AuthError("GitHub's answer does not say who the user is")
    email = members.get("email")
    return User(provider, str(number), name, email if isinstance(email, str) else None)


class Sessions:
    """The sessions of a site. A browser has the name of its session in a signed cookie.

    A site with several processes keeps them in a store that all share.
    """

    def __init__(self) -> None:
        self._users: dict[str, User] = {}

    def begin(self, user: User) -> str:
        """Return the name of a new session."""
        oldest = time.time() - LIFETIME
        self._users = {name: each for name, each in self._users.items() if each.since > oldest}
        name = secrets.token_urlsafe(24)
        self._users[name] = user
        return name

    def find(self, name: str) -> User | None:
        """Return who a session is of; None if it has ended."""
        user = self._users.get(name)
        return user if user and user.since > time.time() - LIFETIME else None

    def end(self, name: str) -> User | None:
        """End a session, and return who it was of."""
        return self._users.pop(name, None)

    def end_all(self, issuer: str, subject: str | None, session: str | None) -> int:
        """End the sessions that a back-channel logout means, and return how many.

        :param session: the provider's own name for its session (``sid``); without it, all of the
            subject are meant (Back-Channel Logout section 2.4).
        """
        meant = [
            name
            for name, user in self._users.items()
            if user.provider.issuer == issuer
            and subject in {None, user.subject}
            and session in {None, user.claims.get("sid")}
        ]
        for name in meant:
            del self._users[name]
        return len(meant)
