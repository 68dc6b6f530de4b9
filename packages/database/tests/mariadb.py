"""A private MariaDB: its own folder, socket and port, from its installation to its end.

The tests of other folders load this file by its path.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PROGRAMS = ("mariadbd", "mariadb-install-db")

#: How long anything may take on a machine that does other things too, in seconds.
PATIENCE = 60.0

USER, PASSWORD = "tornado", "b/rd @ näst"


def missing_programs() -> list[str]:
    """Return the programs that are not installed."""
    return [name for name in PROGRAMS if shutil.which(name, path=_search_path()) is None]


def _search_path() -> str:
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


class MariaDB:
    """A server in a folder of its own."""

    def __init__(self, *options: str) -> None:
        self._options = options
        # The path of a Unix socket is short.
        self.folder = Path(tempfile.mkdtemp(prefix="mdb-", dir="/tmp"))
        self.socket = str(self.folder / "s")
        self.log = self.folder / "log"
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._user = ["--user=root"] if os.geteuid() == 0 else []
        self._environment = {**os.environ, "PATH": _search_path()}
        subprocess.run(
            [
                "mariadb-install-db", "--no-defaults", f"--datadir={self.folder / 'data'}",
                "--auth-root-authentication-method=normal", "--skip-test-db", *self._user,
            ],
            check=True, capture_output=True, env=self._environment,
        )  # fmt: skip

    def start(self) -> None:
        """Start it, and wait until it answers; on the same port as before, if there was one."""
        self.port = self.port or _unused_port()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    "mariadbd", "--no-defaults", f"--datadir={self.folder / 'data'}",
                    f"--socket={self.socket}", f"--port={self.port}", "--bind-address=127.0.0.1",
                    f"--pid-file={self.folder / 'pid'}", "--skip-name-resolve",
                    "--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0",
                    "--performance-schema=OFF", "--max-connections=120", *self._user,
                    *self._options,
                ],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment,
            )  # fmt: skip
        self._wait()
        self._create_user()

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process and self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as probe:
                    if probe.recv(1):  # its greeting
                        return
            except OSError:
                pass
            time.sleep(0.05)
        raise RuntimeError(
            f"MariaDB did not start:\n{self.log.read_text('utf-8', 'replace')[-3000:]}"
        )

    def _create_user(self) -> None:
        with self.connect() as connection, connection.cursor() as cursor:
            for host in ("localhost", "%%"):
                cursor.execute(f"CREATE USER IF NOT EXISTS '{USER}'@'{host}'", ())
                cursor.execute(f"ALTER USER '{USER}'@'{host}' IDENTIFIED BY %s", (PASSWORD,))
                cursor.execute(f"GRANT ALL ON *.* TO '{USER}'@'{host}'", ())

    def connect(self):  # the driver has no types
        """Connect as the administrator, by the driver itself."""
        import pymysql

        return pymysql.connect(unix_socket=self.socket, user="root", autocommit=True)

    def run(self, *statements: str) -> list[tuple[object, ...]]:
        """Run statements as the administrator, and return the rows of the last one."""
        with self.connect() as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop it, gently or not."""
        if self.process is not None:
            self.process.send_signal(how)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def restart(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop and start it."""
        self.stop(how)
        self.start()

    def close(self) -> None:
        """Stop it and remove its folder."""
        self.stop(signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)


def _unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
