"""A private PostgreSQL: its own folder and port, from its installation to its end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

#: How long anything may take on a machine that does other things too, in seconds.
PATIENCE = 60.0

USER, PASSWORD = "tornado", "b-rd"

#: Accounts that may run the server, which refuses to be run by root.
ACCOUNTS = ("postgres", "nobody")


def _program(name: str) -> str | None:
    """Return the path of a program, which Debian keeps off the search path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")])
    return shutil.which(name, path=path)


def missing_programs() -> list[str]:
    """Return the programs that are not installed."""
    return [name for name in ("initdb", "postgres") if _program(name) is None]


class PostgreSQL:
    """A server in a folder of its own, run by somebody without privileges."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        self.log = self.folder / "log"
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._as_user: dict[str, Any] = {"cwd": self.folder}
        if os.geteuid() == 0:
            account = _account()
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            self._as_user |= {
                "user": account.pw_uid, "group": account.pw_gid, "extra_groups": [],
                "env": {"PATH": os.environ.get("PATH", ""), "HOME": str(self.folder), "LC_ALL": "C"},
            }  # fmt: skip
        secret = self.folder / "secret"
        secret.write_text(PASSWORD)
        done = subprocess.run(
            [
                str(_program("initdb")), "-D", str(self.folder / "data"), "-U", USER, "-E", "UTF8",
                "--no-sync", "--auth=scram-sha-256", f"--pwfile={secret}",
            ],
            capture_output=True, text=True, check=False, **self._as_user,
        )  # fmt: skip
        if done.returncode:
            self.close()
            raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")

    def url(self, database: str = "postgres", scheme: str = "postgresql") -> str:
        """Return the URL of a database."""
        return f"{scheme}://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self.port = _unused_port()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    str(_program("postgres")), "-D", str(self.folder / "data"), "-p", str(self.port),
                    "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.folder}",
                    "-c", "fsync=off", "-c", "shared_buffers=16MB", "-c", "max_connections=60",
                ],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self._as_user,
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            if "ready to accept connections" in self.log.read_text("utf-8", "replace"):
                return
            time.sleep(0.05)
        said = self.log.read_text("utf-8", "replace")[-3000:]
        raise RuntimeError(f"PostgreSQL did not start:\n{said}")

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement outside of a transaction, and return its rows."""
        import psycopg

        with psycopg.connect(self.url(), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        """Stop it and remove its folder."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)  # a fast shutdown, which ends its children
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _account() -> pwd.struct_passwd:
    for name in ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError(f"PostgreSQL is not run by root, and there is none of {', '.join(ACCOUNTS)}")


def _unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
