"""The addresses of a mixin's provider, which a class attribute or a setting points elsewhere."""

from __future__ import annotations

from typing import Any

from ._errors import AuthError
from ._handler import handler_of

#: The setting of the application with addresses for other ones: ``"FacebookGraphMixin._OAUTH_AUTHORIZE_URL"``
#: (the class that has the attribute, and the attribute) or ``"github.token_url"`` to a URL.
SETTING = "auth_endpoints"


def endpoint(mixin: Any, attribute: str) -> str:
    """Return an address of a mixin: that of the settings, or else the class attribute.

    :raises AuthError: there is neither.
    """
    value = optional_endpoint(mixin, attribute)
    if not value:
        raise AuthError(f"{type(mixin).__name__} must have the class attribute {attribute}")
    return value


def optional_endpoint(mixin: Any, attribute: str) -> str | None:
    """Return an address of a mixin, as :func:`endpoint` does; None if there is none."""
    owner = next((cls for cls in type(mixin).__mro__ if attribute in vars(cls)), type(mixin))
    value = address_in_settings(mixin, f"{owner.__name__}.{attribute}")
    return value or getattr(mixin, attribute, None)


def address_in_settings(mixin: Any, name: str) -> str | None:
    """Return the address that the setting ``auth_endpoints`` gives for a name."""
    addresses = handler_of(mixin).settings.get(SETTING) or {}
    value: str | None = addresses.get(name)
    return value
