"""The extra of the distribution: the library that signs and checks tokens."""

from __future__ import annotations

from ._errors import AuthError


def missing_extra(feature: str) -> AuthError:
    """Return the error of a feature that needs a library which is not installed."""
    return AuthError(f"{feature} needs joserfc: pip install 'tornado-auth[oidc]'")
