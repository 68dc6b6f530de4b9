"""What an API says about a user."""

from __future__ import annotations

from typing import Any

from .._errors import AuthError


def with_username(user: Any, name: str, provider: str) -> dict[str, Any]:
    """Return a user of an API with the member ``username``.

    :param user: what the API answered.
    :param name: the member that names users there.
    :param provider: for the message.
    :raises AuthError: it is not a user.
    """
    if not isinstance(user, dict) or name not in user:
        raise AuthError(f"{provider} returned no user with {name}")
    return {**user, "username": user[name]}
