"""Attribute exchange: what a provider tells about a user beside the identifier.

The types of attributes are URLs (those of axschema.org are common). A message gives each type a
short name, and its values by that name, in one of two forms::

    ax.type.email = http://axschema.org/contact/email
    ax.value.email = ada@example.com

    ax.type.ext0 = http://axschema.org/contact/email
    ax.count.ext0 = 1
    ax.value.ext0.1 = ada@example.com
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ._names import ATTRIBUTE_EXCHANGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ._message import Assertion

_SCHEMA = "http://axschema.org/"

EMAIL = f"{_SCHEMA}contact/email"
LANGUAGE = f"{_SCHEMA}pref/language"
USERNAME = f"{_SCHEMA}namePerson/friendly"
FULL_NAME = f"{_SCHEMA}namePerson"
FIRST_NAME = f"{_SCHEMA}namePerson/first"
LAST_NAME = f"{_SCHEMA}namePerson/last"

#: What programs ask for by default: all that there is.
ATTRIBUTE_NAMES = ("name", "email", "language", "username")

#: The short names in requests, and their types, for each name that a program may ask for.
_REQUESTED: dict[str, dict[str, str]] = {
    "name": {"firstname": FIRST_NAME, "fullname": FULL_NAME, "lastname": LAST_NAME},
    "email": {"email": EMAIL},
    "language": {"language": LANGUAGE},
    "username": {"username": USERNAME},
}

_MAX_VALUES = 100
_COUNT = re.compile(r"[0-9]{1,3}")


def attribute_request(names: Iterable[str]) -> dict[str, str]:
    """Return the parameters that ask for attributes; nothing if there are none to ask for.

    :param names: of ``name``, ``email``, ``language`` and ``username``.
    :raises ValueError: there is no such name.
    """
    types: dict[str, str] = {}
    for name in names:
        if name not in _REQUESTED:
            raise ValueError(f"unknown attribute {name!r:.40}: use {', '.join(_REQUESTED)}")
        types |= _REQUESTED[name]
    if not types:
        return {}
    return {
        "openid.ns.ax": ATTRIBUTE_EXCHANGE,
        "openid.ax.mode": "fetch_request",
        **{f"openid.ax.type.{name}": type for name, type in types.items()},
        "openid.ax.required": ",".join(types),
    }


def read_attributes(assertion: Assertion) -> dict[str, list[str]]:
    """Return the values of each type that an assertion has.

    Only signed fields count: others could have been added on the way.
    """
    alias = assertion.alias_of(ATTRIBUTE_EXCHANGE)
    if alias is None:
        return {}
    attributes: dict[str, list[str]] = {}
    for name in sorted(assertion.signed):
        if name.startswith(f"{alias}.type."):
            values = list(_values(assertion, alias, name.removeprefix(f"{alias}.type.")))
            attributes.setdefault(assertion.fields.get(name, ""), []).extend(values)
    return attributes


def _values(assertion: Assertion, alias: str, name: str) -> Iterator[str]:
    count = assertion.get_signed(f"{alias}.count.{name}")
    names = [f"{alias}.value.{name}"]
    if count is not None and _COUNT.fullmatch(count):
        number = min(int(count), _MAX_VALUES)
    else:
        yield from filter(None, map(assertion.get_signed, names))
        number = _MAX_VALUES
    for index in range(1, number + 1):
        value = assertion.get_signed(f"{alias}.value.{name}.{index}")
        if value is None:
            return
        yield value


def user_of(assertion: Assertion) -> dict[str, Any]:
    """Return a user, as :meth:`OpenIdMixin.get_authenticated_user` does.

    Always there are ``claimed_id`` and ``name``, which may be empty; ``first_name``, ``last_name``,
    ``email``, ``locale`` (in lower case) and ``username`` are if the provider sent them.
    """
    attributes = read_attributes(assertion)
    user: dict[str, Any] = {}
    for key, type in _USER.items():
        value = _first(attributes, type)
        if value:
            user[key] = value
    if "locale" in user:
        user["locale"] = user["locale"].lower()
    user["name"] = _full_name(attributes, user)
    user["claimed_id"] = assertion.claimed_id
    return user


_USER = {
    "first_name": FIRST_NAME,
    "last_name": LAST_NAME,
    "email": EMAIL,
    "locale": LANGUAGE,
    "username": USERNAME,
}


def _first(attributes: Mapping[str, list[str]], type: str) -> str:
    return next(iter(attributes.get(type, ())), "")


def _full_name(attributes: Mapping[str, list[str]], user: Mapping[str, str]) -> str:
    parts = filter(None, (user.get("first_name"), user.get("last_name")))
    return (
        _first(attributes, FULL_NAME) or " ".join(parts) or user.get("email", "").partition("@")[0]
    )
