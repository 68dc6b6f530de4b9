"""A private key in the cookie of a transaction: encrypted, because a signature hides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.escape import utf8

from .._errors import AuthError, TransactionError
from .._extra import missing_extra

if TYPE_CHECKING:
    from .._handler import AuthHandler

_HEADER = {"alg": "dir", "enc": "A256GCM"}
_LABEL = b"tornado.auth: key of a transaction"


def seal(handler: AuthHandler, text: str) -> str:
    """Encrypt a text for this application (RFC 7516, with a key made of ``cookie_secret``)."""
    jwe = _jwe()
    sealed: str = jwe.encrypt_compact(_HEADER, text.encode(), _keys_of(handler)[0])
    return sealed


def unseal(handler: AuthHandler, sealed: str) -> str:
    """Return the text that :func:`seal` encrypted.

    :raises TransactionError: it was encrypted with a key that the application no longer has.
    """
    from joserfc.errors import JoseError

    jwe = _jwe()
    for key in _keys_of(handler):
        try:
            plaintext: bytes = jwe.decrypt_compact(sealed, key).plaintext
        except JoseError:
            continue
        return plaintext.decode()
    raise TransactionError("the key of this sign-in cannot be read any more: begin again")


def _keys_of(handler: AuthHandler) -> list[Any]:
    """Return the keys of the application, the one that signs first."""
    from joserfc.jwk import OctKey

    secret = handler.settings["cookie_secret"]
    if not isinstance(secret, dict):
        return [OctKey.import_key(_derive(secret))]
    version = handler.settings.get("key_version")
    if version not in secret:
        raise AuthError(
            "cookie_secret is a dictionary: the setting key_version has to name one of its keys"
        )
    secrets = [secret[version], *(value for name, value in secret.items() if name != version)]
    return [OctKey.import_key(_derive(each)) for each in secrets]


def _derive(secret: str | bytes) -> bytes:
    """Return a key for nothing else (HKDF, RFC 5869)."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), length=32, salt=None, info=_LABEL).derive(utf8(secret))


def _jwe() -> Any:
    try:
        from joserfc import jwe
    except ImportError:
        raise missing_extra("binding tokens to a key (DPoP)") from None
    return jwe
