"""How a client proves who it is in a request: in one way, never in two (RFC 6749 section 2.3)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

if TYPE_CHECKING:
    from ._provider import Client, ClientAuthentication


def authenticate(
    client: Client,
    method: ClientAuthentication,
    form: dict[str, str],
    headers: dict[str, str],
) -> None:
    """Add the proof of a client to a request.

    A client without a secret, or with the method ``none``, says its id only.
    """
    if client.secret and method == "client_secret_basic":
        headers["Authorization"] = f"Basic {_basic(client.id, client.secret)}"
        return
    form["client_id"] = client.id
    if client.secret and method == "client_secret_post":
        form["client_secret"] = client.secret


def _basic(user: str, password: str) -> str:
    """Encode both as a form does, which Basic alone does not (RFC 6749 section 2.3.1)."""
    pair = f"{quote_plus(user)}:{quote_plus(password)}"
    return base64.b64encode(pair.encode("ascii")).decode("ascii")
