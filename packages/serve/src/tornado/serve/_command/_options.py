"""The table of the options: the parser, the environment and the documents are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import _values as values

if TYPE_CHECKING:
    from collections.abc import Callable

#: The beginning of the environment variables that stand for options.
PREFIX = "TORNADO_SERVE_"


@dataclass(frozen=True)
class Option:
    """An option of the command line."""

    name: str  #: without the dashes
    help: str
    #: Makes the value of the text; None for a switch, which has a counterpart with ``no-``.
    convert: Callable[[str], Any] | None = str
    metavar: str | None = None
    default: Any = None
    choices: tuple[str, ...] | None = None
    is_repeatable: bool = False  #: may be given several times; the value is a tuple
    server_default: str = ""  #: what the server takes where there is no default here

    @property
    def attribute(self) -> str:
        """The name of its value."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """The environment variable that stands for it."""
        return PREFIX + self.attribute.upper()


@dataclass(frozen=True)
class Group:
    """Options with one subject."""

    title: str
    options: tuple[Option, ...]


_UNITS: dict[Callable[[str], Any], str] = {
    values.size: "SIZE",
    values.count: "COUNT",
    values.seconds: "SECONDS",
}


def _limit(name: str, help: str, convert: Callable[[str], Any], server_default: str) -> Option:
    return Option(name, help, convert, _UNITS[convert], server_default=server_default)


APPLICATION = Group(
    "application",
    (
        Option(
            "kind",
            "what the application is; recognised by default",
            choices=("auto", "tornado", "asgi", "wsgi"),
            default="auto",
        ),
        Option(
            "threads",
            "threads of a WSGI application per process; 0 calls it on the loop",
            values.count,
            "COUNT",
            32,
        ),
        Option(
            "root-path",
            "path that a proxy takes off for an ASGI application",
            metavar="PATH",
            default="",
        ),
        Option("factory", "the name is a function that makes the application", None, default=False),
        Option(
            "app-dir", "import modules from this directory as well", metavar="PATH", default="."
        ),
    ),
)

ADDRESSES = Group(
    "addresses",
    (
        Option(
            "host",
            "address or name to listen on; may be repeated",
            metavar="HOST",
            is_repeatable=True,
            default=("127.0.0.1",),
        ),
        Option(
            "port",
            "port to listen on, 0 for a free one; may be repeated",
            values.port,
            "PORT",
            is_repeatable=True,
            default=(8000,),
        ),
        Option(
            "unix",
            "path of a Unix socket to listen on; may be repeated",
            metavar="PATH",
            is_repeatable=True,
            default=(),
        ),
        Option(
            "unix-mode", "who may connect to Unix sockets, as in chmod", values.mode, "MODE", 0o600
        ),
        Option(
            "fd",
            "descriptor of a listening socket to inherit; may be repeated",
            values.descriptor,
            "NUMBER",
            is_repeatable=True,
            default=(),
        ),
        Option(
            "probe-port",
            "port for probes, with /health and /ready, apart from the application",
            values.port,
            "PORT",
            is_repeatable=True,
            default=(),
        ),
        Option("backlog", "connections that the system queues", values.backlog, "COUNT", 2048),
    ),
)

PROCESSES = Group(
    "processes",
    (
        Option(
            "processes",
            "worker processes, or auto: one per processor",
            values.processes,
            "COUNT",
            1,
        ),
        Option("preload", "import once and fork the workers", None, default=True),
        Option(
            "reload", "start again when the source changes, for development", None, default=False
        ),
        Option(
            "loop",
            "event loop; auto takes uvloop where it is installed",
            choices=("auto", "asyncio", "uvloop"),
            default="auto",
        ),
        Option(
            "start-timeout",
            "seconds that a worker gets to import and start the application; 0: no limit",
            values.seconds,
            "SECONDS",
            60.0,
        ),
        Option(
            "drain-timeout",
            "seconds that requests get to finish at the end",
            values.seconds,
            "SECONDS",
            30.0,
        ),
        Option(
            "drain-delay",
            "seconds to go on accepting at the end, while readiness probes fail",
            values.seconds,
            "SECONDS",
            0.0,
        ),
        Option("pid-file", "write the number of the master process to this file", metavar="PATH"),
    ),
)

TLS = Group(
    "TLS",
    (
        Option("certfile", "certificate chain in PEM form; turns TLS on", metavar="PATH"),
        Option("keyfile", "private key, if it is not in the certfile", metavar="PATH"),
        Option("password", "pass phrase of the key; better in the environment", metavar="TEXT"),
        Option(
            "ca-certs",
            "authorities of client certificates, which are required then",
            metavar="PATH",
        ),
        Option("ciphers", "ciphers of TLS 1.2, in OpenSSL's notation", metavar="TEXT"),
    ),
)

PROXIES = Group(
    "proxies",
    (
        Option(
            "xheaders",
            "believe X-Forwarded-For, X-Forwarded-Proto and their like",
            None,
            default=False,
        ),
        Option("forwarded", "believe Forwarded (RFC 7239) instead", None, default=False),
        Option("forwarded-host", "take the host from them too", None, default=False),
        Option(
            "trusted-downstream",
            "address or network of a proxy that is believed; may be repeated",
            metavar="NETWORK",
            is_repeatable=True,
            default=(),
        ),
        Option(
            "proxy-protocol",
            "address or network of a proxy that speaks the PROXY protocol; may be repeated",
            metavar="NETWORK",
            is_repeatable=True,
            default=(),
        ),
    ),
)

LIMITS = Group(
    "limits",
    (
        _limit("max-body-size", "longest body of a request", values.size, "100M"),
        _limit("max-header-size", "longest head of a request", values.size, "64K"),
        _limit("max-header-count", "most fields of a request", values.count, "256"),
        _limit("max-connections", "open connections per process", values.count, "no limit"),
        _limit(
            "max-connections-per-address",
            "open connections per process and client",
            values.count,
            "no limit",
        ),
        _limit("idle-timeout", "how long a connection may be idle", values.seconds, "3600"),
        _limit("head-timeout", "how long a head may take", values.seconds, "60"),
        _limit("body-timeout", "how long a body may take", values.seconds, "no limit"),
        _limit("write-timeout", "how long a client may read nothing", values.seconds, "120"),
        _limit("min-body-rate", "bytes per second that a body must reach", values.size, "100"),
        Option("keep-alive", "keep connections open after a response", None, default=True),
        Option("decompress-request", "take gzip off request bodies", None, default=False),
    ),
)

LOGS = Group(
    "log",
    (
        Option(
            "log-level",
            "lowest level that is written",
            choices=("debug", "info", "warning", "error", "critical"),
            default="info",
        ),
        Option(
            "log-format",
            "lines for people or for machines",
            choices=("text", "json"),
            default="text",
        ),
        Option("access-log", "write a line for each request", None, default=True),
    ),
)

GROUPS = (APPLICATION, ADDRESSES, PROCESSES, TLS, PROXIES, LIMITS, LOGS)
