"""Where a database is: a URL, or the arguments of the classic constructor."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from tornado.util import shortened

from ._errors import InterfaceError

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from typing import Any

_FORMS = "sqlite:///file, sqlite:// (in memory) or mysql://user:password@host:port/name"
_MYSQL_PORT = 3306


@dataclass(frozen=True, slots=True)
class Target:
    """A database: of which kind, where, and with which options."""

    kind: str  #: ``sqlite`` or ``mysql``
    database: str  #: a name, or the path of a file; empty for SQLite in memory
    host: str = ""
    port: int = _MYSQL_PORT
    unix_socket: str = ""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """What a message calls it, without the password."""
        if self.kind == "sqlite":
            return self.database or "the database in memory"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.unix_socket or f"{host}:{self.port}"


def find_target(
    host: str, database: str | None, user: str | None, password: str | None, options: dict[str, Any]
) -> Target:
    """Return what the arguments of a connection mean.

    :param host: a URL, a host with or without a port, or the path of a socket.
    :param options: what else was given; options of a URL come before them.
    :raises InterfaceError: if that is not a place of a database.
    """
    if "://" in host:
        if database is not None:
            raise InterfaceError("a URL names the database: leave the second argument out")
        return _from_url(host, user, password, options)
    if database is None:
        raise InterfaceError(
            f"the host {shortened(host)} comes with the name of a database; or give a URL: {_FORMS}"
        )
    if "/" in host:
        return Target(
            "mysql", database, unix_socket=host, user=user, password=password, options=options
        )
    name, port = _split_port(host)
    return Target("mysql", database, name, port, user=user, password=password, options=options)


def _split_port(host: str) -> tuple[str, int]:
    """Return the host and the port of ``host``, ``host:port`` or ``[IPv6]:port``."""
    name, colon, port = host.rpartition(":")
    if not colon or (":" in name and not name.endswith("]")) or host.endswith("]"):
        return host.strip("[]"), _MYSQL_PORT
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise InterfaceError(f"{shortened(port)} is not a port, in the host {shortened(host)}")
    return name.strip("[]"), int(port)


def _from_url(url: str, user: str | None, password: str | None, options: dict[str, Any]) -> Target:
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.fragment:
        raise InterfaceError("the URL of a database has no fragment: write %23 for a number sign")
    if parts.scheme == "sqlite":
        if parts.netloc:
            raise InterfaceError(
                f"the URL of a file has three slashes, and four if its path begins with one: "
                f"sqlite:///{shortened(parts.netloc + parts.path)[1:-1]}"
            )
        path = unquote(parts.path.removeprefix("/"))
        return Target("sqlite", "" if path == ":memory:" else path, options={**options, **given})
    if parts.scheme not in ("mysql", "mariadb"):
        raise InterfaceError(f"{shortened(parts.scheme)} is not a kind of database: write {_FORMS}")
    try:
        port = parts.port or _MYSQL_PORT
    except ValueError:
        raise InterfaceError("the port of the URL is not a number from 1 to 65535") from None
    database = unquote(parts.path.removeprefix("/"))
    if not database or "/" in database:
        raise InterfaceError(f"the URL does not name one database: write {_FORMS}")
    return Target(
        "mysql",
        database,
        parts.hostname or "localhost",
        port,
        given.pop("unix_socket", ""),
        unquote(parts.username) if parts.username is not None else user,
        unquote(parts.password) if parts.password is not None else password,
        {**options, **given},
    )
