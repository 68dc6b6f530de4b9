"""The keys of a provider: a set with limits, found by ``kid`` (RFC 7517, OpenID Connect Core 10.1.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._errors import AuthError
from ._joserfc import import_public_key

if TYPE_CHECKING:
    from joserfc.jwk import Key

    from ._algorithms import Algorithm

#: The largest set that is read, in bytes, and the most keys that it may have.
MAX_SET_SIZE = 256 * 1024
MAX_KEYS = 100


class KeySet:
    """The keys of a provider that may sign tokens."""

    def __init__(self, keys: list[Key]) -> None:
        self._keys = keys
        self._found: dict[tuple[str | None, str], Key] = {}

    @classmethod
    def parse(cls, document: dict[str, Any]) -> KeySet:
        """Return the usable keys of a JWK Set; the others are ignored (RFC 7517 section 5).

        :raises AuthError: it is not a set, or has more keys than :data:`MAX_KEYS`.
        """
        keys = document.get("keys")
        if not isinstance(keys, list):
            raise AuthError("the provider's keys are not a JWK Set: there is no list of keys")
        if len(keys) > MAX_KEYS:
            raise AuthError(f"the provider has {len(keys)} keys, more than {MAX_KEYS}")
        imported = (import_public_key(key) for key in keys if isinstance(key, dict))
        return cls([key for key in imported if key is not None])

    def find(self, kid: str | None, algorithm: Algorithm) -> Key | None:
        """Return the key of a signature.

        A token without a ``kid`` fits if one key alone can have signed it: with several, OpenID Connect
        Core section 10.1 asks for the ``kid``.

        :returns: None if no key fits, or more than one.
        """
        name = kid, algorithm.name
        if name not in self._found:
            keys = [key for key in self._keys if _fits(key, algorithm) and kid in (None, key.kid)]
            if len(keys) != 1:
                return None
            self._found[name] = keys[0]
        return self._found[name]


def _fits(key: Key, algorithm: Algorithm) -> bool:
    return (
        key.key_type == algorithm.key_type
        and key.alg in (None, algorithm.name)
        and algorithm.curve in (None, key.get("crv"))
    )
