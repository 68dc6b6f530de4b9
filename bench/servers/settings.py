"""Read the options that the harness starts every server with.

Server files run in the virtual environments of their contestants, so they share this file only,
and it needs the standard library only.
"""

from __future__ import annotations

import argparse
import ssl
from pathlib import Path
from typing import NamedTuple

HOST = "127.0.0.1"

#: Idle connections stay open at least this long, in seconds, so that nobody wins by closing.
KEEP_ALIVE = 300

#: The greatest body that a server must take, in bytes.
MAX_BODY = 4 * 1024 * 1024 * 1024


class Settings(NamedTuple):
    """What a server is asked to do."""

    port: int
    #: Which application to serve.
    case: str
    #: The folder of the payloads, as `<name>.txt`.
    files: Path
    #: "asyncio" or "uvloop".
    loop: str
    #: How many routes the application of the case `routes` has.
    routes: int

    #: Whether to speak TLS, with `cert.pem` and `key.pem` of the folder of the payloads.
    tls: bool

    @property
    def certificate(self) -> str:
        """The path of the certificate."""
        return str(self.files / "cert.pem")

    @property
    def key(self) -> str:
        """The path of the certificate's private key."""
        return str(self.files / "key.pem")

    @property
    def context(self) -> ssl.SSLContext | None:
        """The server's TLS context, None in the clear."""
        if not self.tls:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, self.key)
        return context

    @property
    def large(self) -> str:
        """The text of 64 KB that the case `large` answers with."""
        return (self.files / "text-64k.txt").read_text()


def read_settings() -> Settings:
    """Read the options from the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--case", default="hello")
    parser.add_argument("--files", type=Path, default=Path())
    parser.add_argument("--loop", default="asyncio")
    parser.add_argument("--routes", type=int, default=1)
    parser.add_argument("--tls", type="yes".__eq__, default=False)
    return Settings(**vars(parser.parse_args()))
