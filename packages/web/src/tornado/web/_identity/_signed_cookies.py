"""Cookies that clients can read but not change: signed with the setting ``cookie_secret``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._signed_values import create_signed_value, decode_signed_value, get_signature_key_version

if TYPE_CHECKING:
    from ._identity import Identity


def sign(handler: Identity, name: str, value: str | bytes, version: int | None) -> bytes:
    """Sign a value with the key of the application.

    :raises ValueError: there are several keys, and no setting says which of them signs.
    """
    secret = _cookie_secret(handler)
    key_version = None
    if isinstance(secret, dict):
        key_version = handler.settings.get("key_version")
        if key_version is None:
            raise ValueError(
                "cookie_secret is a dictionary: the setting key_version has to say which key signs"
            )
    return create_signed_value(secret, name, value, version=version, key_version=key_version)


def read(
    handler: Identity,
    name: str,
    value: str | bytes | None,
    max_age_days: float,
    min_version: int | None,
) -> bytes | None:
    """Return what is signed in a value, by default in the cookie; ``None`` if it is not valid."""
    secret = _cookie_secret(handler)
    if value is None:
        value = handler.get_cookie(name)
    return decode_signed_value(
        secret, name, value, max_age_days=max_age_days, min_version=min_version
    )


def read_key_version(handler: Identity, name: str, value: str | bytes | None) -> int | None:
    """Return the number of the key that a value names, by default that of the cookie."""
    _cookie_secret(handler)
    if value is None:
        value = handler.get_cookie(name)
    return None if value is None else get_signature_key_version(value)


def _cookie_secret(handler: Identity) -> Any:
    handler.require_setting("cookie_secret", "signed cookies")
    return handler.settings["cookie_secret"]
