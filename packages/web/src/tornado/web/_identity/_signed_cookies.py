"""Cookies that clients can read but not change."""

from __future__ import annotations

from typing import Any

from ._cookies import Cookies


class SignedCookies(Cookies):
    """Sign cookies with the setting ``cookie_secret``.

    That setting is a long random text, or a dictionary of such by their numbers; with a dictionary,
    the setting ``key_version`` says which of them signs, and all of them are taken. To change keys,
    add one, let it sign, and remove the old one when its cookies have expired.

    The names with ``secure`` in the place of ``signed`` are the older ones.
    """

    def set_signed_cookie(
        self,
        name: str,
        value: str | bytes,
        expires_days: float | None = 30,
        version: int | None = None,
        **kwargs: Any,
    ) -> None:
        """Sign a cookie and set it; as :meth:`set_cookie`.

        :param value: any text or bytes: what is sent is base64.
        :param expires_days: how long the browser keeps it, not how long the signature counts: that
            is said when it is read. ``None`` for as long as the browser is open.
        :param version: the version of signed values; the newest if ``None``.
        """
        signed = self.create_signed_value(name, value, version=version)
        self.set_cookie(name, signed, expires_days=expires_days, **kwargs)

    set_secure_cookie = set_signed_cookie

    def create_signed_value(
        self, name: str, value: str | bytes, version: int | None = None
    ) -> bytes:
        """Sign a value for another way than a cookie; `name` must be the same when it is read."""
        from ._signed_values import create_signed_value

        secret = self._cookie_secret()
        key_version = None
        if isinstance(secret, dict):
            key_version = self.settings.get("key_version")
            if key_version is None:
                raise ValueError(
                    "cookie_secret is a dictionary: the setting key_version has to say which key signs"
                )
        return create_signed_value(secret, name, value, version=version, key_version=key_version)

    def get_signed_cookie(
        self,
        name: str,
        value: str | bytes | None = None,
        max_age_days: float = 31,
        min_version: int | None = None,
    ) -> bytes | None:
        """Give what a signed cookie says, or ``None`` if it is not there or not ours.

        :param value: read this in the place of the cookie.
        :param max_age_days: how long a signature counts.
        :param min_version: the oldest version of signed values that is taken.
        """
        from ._signed_values import decode_signed_value

        secret = self._cookie_secret()
        if value is None:
            value = self.get_cookie(name)
        return decode_signed_value(
            secret, name, value, max_age_days=max_age_days, min_version=min_version
        )

    get_secure_cookie = get_signed_cookie

    def get_signed_cookie_key_version(
        self, name: str, value: str | bytes | None = None
    ) -> int | None:
        """Give the number of the key that a cookie says it was signed with.

        :param value: look at this in the place of the cookie.
        """
        from ._signed_values import get_signature_key_version

        self._cookie_secret()
        if value is None:
            value = self.get_cookie(name)
        return None if value is None else get_signature_key_version(value)

    get_secure_cookie_key_version = get_signed_cookie_key_version

    def _cookie_secret(self) -> Any:
        self.require_setting("cookie_secret", "signed cookies")
        return self.settings["cookie_secret"]
