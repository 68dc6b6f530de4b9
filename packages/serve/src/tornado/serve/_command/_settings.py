"""What the command line and the environment ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ApplicationSettings:
    """Where the application is, and what it is."""

    target: str
    arguments: tuple[str, ...]
    kind: str
    threads: int
    root_path: str
    factory: bool
    app_dir: str


@dataclass(frozen=True)
class AddressSettings:
    """Where to listen."""

    host: tuple[str, ...]
    port: tuple[int, ...]
    unix: tuple[str, ...]
    unix_mode: int
    fd: tuple[int, ...]
    backlog: int
    probe_port: tuple[int, ...]
    #: Whether a host or a port was given, and is not only the default.
    has_port: bool


@dataclass(frozen=True)
class ProcessSettings:
    """The processes, their loop and their end."""

    processes: int
    preload: bool
    reload: bool
    loop: str
    start_timeout: float
    drain_timeout: float
    drain_delay: float
    pid_file: str | None


@dataclass(frozen=True)
class TLSSettings:
    """The files of TLS."""

    certfile: str | None
    keyfile: str | None
    password: str | None
    ca_certs: str | None
    ciphers: str | None


@dataclass(frozen=True)
class LogSettings:
    """What is logged, and how."""

    log_level: str
    log_format: str
    access_log: bool


@dataclass(frozen=True)
class Settings:
    """Everything that the command was asked for."""

    application: ApplicationSettings
    addresses: AddressSettings
    processes: ProcessSettings
    tls: TLSSettings
    log: LogSettings
    #: Arguments of HTTPServer: limits and proxies. Those that are not here have its defaults.
    server: dict[str, Any]
