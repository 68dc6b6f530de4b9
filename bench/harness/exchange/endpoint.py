"""Where a server listens, and how a connection to it is made."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bench.harness.errors import SetupError

if TYPE_CHECKING:
    from pathlib import Path

#: Everything stays on the loopback interface.
HOST = "127.0.0.1"


@cache
def _trusting_context() -> ssl.SSLContext:
    """Return a client's context that takes the certificate that was made for this run."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@dataclass(frozen=True)
class Endpoint:
    """A port of the loopback interface, spoken to in the clear or with TLS."""

    port: int
    tls: bool = False

    def connect(self, timeout: float | None = None) -> socket.socket:
        """Return a blocking connection, after the handshake where there is one.

        :param timeout: how long each operation may take, in seconds; None for ever.
        :raises OSError: if nobody accepts it, or the handshake fails.
        """
        connection = socket.create_connection((HOST, self.port), timeout)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not self.tls:
            return connection
        try:
            return _trusting_context().wrap_socket(connection)
        except BaseException:
            connection.close()
            raise


def write_certificate(folder: Path) -> None:
    """Make a self-signed certificate, as `cert.pem` and `key.pem`, in an existing folder.

    :raises SetupError: if the `openssl` program is not there or fails.
    """
    if not shutil.which("openssl"):
        raise SetupError("a case with TLS needs the openssl program to make a certificate")
    subject = ["-subj", f"/CN={HOST}", "-days", "2"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    answer = subprocess.run(
        ["openssl", "req", "-x509", *key, *subject, *files],
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise SetupError(f"openssl made no certificate: {answer.stderr.strip()[-300:]}")
