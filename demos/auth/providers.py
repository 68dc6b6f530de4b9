"""The providers that a site offers: from a file, beside the one that the demo runs itself."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

#: Kinds that are not OpenID Connect with an issuer of their own.
KINDS = ("openid", "github")


class ProvidersError(Exception):
    """A file of providers that cannot be used, with the reason."""


@dataclass(frozen=True)
class Provider:
    """A provider, and what this site is there.

    :param name: in addresses: a to z, 0 to 9 and "-".
    :param title: on the button.
    :param issuer: the issuer identifier, exactly as the provider writes it; empty for GitHub.
    :param site: the address of a GitHub, without a slash at the end.
    :param api: the address of its interface for programs.
    """

    name: str
    title: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    issuer: str = ""
    kind: str = "openid"
    scope: tuple[str, ...] = ("openid", "profile", "email")
    site: str = "https://github.com"
    api: str = "https://api.github.com"


def read_providers(path: Path) -> list[Provider]:
    """Return the providers of a TOML file, such as ``providers.example.toml``.

    :raises ProvidersError: with what is wrong, and where.
    """
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ProvidersError(f"{path}: {error}") from None
    return [_provider(path, name, table) for name, table in tables.items()]


def _provider(path: Path, name: str, table: Any) -> Provider:
    where = f"{path}: [{name}]"
    if not isinstance(table, dict):
        raise ProvidersError(f"{path}: {name} must be a table: [{name}]")
    if not re.fullmatch(r"[a-z0-9-]+", name) or name == "local":
        raise ProvidersError(f'{where} must be made of a-z, 0-9 and "-", and not be "local"')
    values = {"title": name.capitalize(), **table}
    known = {"title", "client_id", "client_secret", "issuer", "kind", "scope"}
    if values.get("kind") == "github":
        known |= {"site", "api"}
    if unknown := sorted(values.keys() - known):
        raise ProvidersError(f"{where} has {unknown[0]!r}; there are {', '.join(sorted(known))}")
    kind = values.get("kind", "openid")
    if kind not in KINDS:
        raise ProvidersError(f"{where} kind is one of {', '.join(KINDS)}")
    needed = ["client_id"] + (["issuer"] if kind == "openid" else ["client_secret"])
    for key in needed:
        if not values.get(key):
            raise ProvidersError(f"{where} needs {key}")
    for key in ("site", "api"):
        if not isinstance(values.get(key, ""), str) or values.get(key, "").endswith("/"):
            raise ProvidersError(f"{where} {key} must be an address without a slash at the end")
    scope = values.pop("scope", None)
    if scope is not None:
        values["scope"] = tuple(scope.split() if isinstance(scope, str) else scope)
    elif kind == "github":
        values["scope"] = ("read:user", "user:email")
    return Provider(name, **values)
