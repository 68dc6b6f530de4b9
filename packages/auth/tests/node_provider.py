"""npm's certified `oidc-provider` as a private program: its packages, its process, what it is told.

The packages are installed once, as the lock file says, into a folder that all environments share.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import threading
import urllib.error
import urllib.request
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).with_name("oidc_provider")
CACHE = Path(__file__).parents[3] / ".tox" / "npm"

#: The version of oidc-provider that package.json pins.
VERSION: str = json.loads((FOLDER / "package.json").read_text())["dependencies"]["oidc-provider"]

#: Debian 12's node is 18, which lacks a function that oidc-provider calls. Then this one is installed.
NEWER_NODE = "22.20.0"
IS_NEW_ENOUGH = "process.exit(typeof URL.parse === 'function' ? 0 : 1)"

#: Seconds for a machine with too much to do.
PATIENCE = 30
INSTALL_PATIENCE = 300

#: Who can sign in: login, password and claims.
ACCOUNTS = {
    "alice": {
        "password": "wonderland",
        "claims": {"name": "Alice Liddell", "email": "alice@example.com", "email_verified": True},
    },
    "bob": {
        "password": "builder",
        "claims": {"name": "Bob", "email": "bob@example.com", "email_verified": False},
    },
}

#: The client that has a secret, without its addresses; "+" and "%" are what form-encoding changes.
CLIENT = {
    "client_id": "web",
    "client_secret": "se+cr%et &=:/password of the web client",
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"],
}

#: A client without a secret.
PUBLIC_CLIENT = {
    "client_id": "public",
    "token_endpoint_auth_method": "none",
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"],
}

SCOPES = {
    "openid": ["sub"],
    "email": ["email", "email_verified"],
    "profile": ["name"],
}


def missing(what: str) -> None:
    """Skip the test, or fail it on a build server."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


def require_node() -> str:
    """Return the path of node; without node or npm the test is skipped, or fails if CI is set."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        missing("node or npm is not installed")
        raise AssertionError("unreachable")
    if subprocess.run([node, "-e", IS_NEW_ENOUGH], check=False).returncode == 0:
        return node
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    name = f"node-{platform.system().lower()}-{machine}"
    manifest = json.dumps({"private": True, "dependencies": {name: NEWER_NODE}})
    folder = _install({"package.json": manifest}, "install", name)
    return str(folder / "node_modules" / name / "bin" / "node")


def install_packages() -> Path:
    """Return a folder with the packages of the lock file."""
    names = "package.json", "package-lock.json"
    return _install({name: (FOLDER / name).read_text() for name in names}, "ci", "oidc-provider")


def _install(files: dict[str, str], command: str, name: str) -> Path:
    digest = hashlib.sha256("\0".join(files.values()).encode()).hexdigest()
    folder = CACHE / f"{name}-{digest[:16]}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:  # other environments want the same at the same time
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            partial = folder.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            for path, text in files.items():
                (partial / path).write_text(text)
            _run_npm(partial, command)
            partial.rename(folder)
    return folder


def _run_npm(folder: Path, command: str) -> None:
    options = "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"
    for _ in range(2):  # a registry has its moments
        result = subprocess.run(
            ["npm", command, *options],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=INSTALL_PATIENCE,
            check=False,
        )
        if result.returncode == 0:
            return
    missing(f"npm {command} failed: {result.stderr[-800:]}")


@dataclass(frozen=True)
class Request:
    """A request that the provider has received."""

    method: str
    url: str
    headers: dict[str, str]
    body: str

    @property
    def path(self) -> str:
        return self.url.partition("?")[0]


@dataclass
class NodeProvider:
    """A running oidc-provider.

    After it has been started, and again with each :meth:`configure`, it is what the test wants: the
    issuer stays, and so do sessions, codes and tokens.
    """

    issuer: str = ""
    kids: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        node, packages = require_node(), install_packages()
        self.process = subprocess.Popen(
            [node, str(FOLDER / "provider.mjs"), str(packages)],
            stdin=subprocess.PIPE,  # its end is the end of the provider
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._errors: deque[str] = deque(maxlen=100)
        self._reader = threading.Thread(target=self._read_errors, daemon=True)
        self._reader.start()
        line = self.process.stdout.readline()
        if not line:
            self.process.wait(PATIENCE)
            pytest.fail(f"oidc-provider did not start: {self.log}")
        started = json.loads(line)
        self.issuer, self.kids, self.node = started["issuer"], started["kids"], started["node"]

    def _read_errors(self) -> None:
        for line in self.process.stderr:
            self._errors.append(line)

    @property
    def log(self) -> str:
        """What the provider has said last."""
        return "".join(self._errors)

    @property
    def metadata_url(self) -> str:
        return f"{self.issuer}/.well-known/openid-configuration"

    def configure(self, *clients: dict[str, Any], **settings: Any) -> None:
        """Be another provider from now on.

        :param clients: the metadata of the clients; see :data:`CLIENT` and :data:`PUBLIC_CLIENT`.
        :param settings: the configuration of oidc-provider as it documents it, and ``accounts``,
            ``dpopNonces`` (whether proofs need a nonce) and ``pkceRequired`` (by default of public
            clients only).
        """
        features = {
            "backchannelLogout": {"enabled": True},
            "dPoP": {"enabled": True},
            "introspection": {"enabled": False},
            "pushedAuthorizationRequests": {"enabled": True},
            "revocation": {"enabled": True},
            "rpInitiatedLogout": {"enabled": True},
            **settings.pop("features", {}),
        }
        defaults = {"accounts": ACCOUNTS, "claims": SCOPES, "scopes": ["offline_access"]}
        self._control(
            "configure", {**defaults, **settings, "features": features, "clients": clients}
        )

    def change_keys(self, *algorithms: str, keep: tuple[str, ...] = ()) -> list[str]:
        """Sign with new keys, and publish them and those to keep; return the ids of all."""
        self.kids = self._control("keys", {"algorithms": algorithms, "keep": keep})["kids"]
        return self.kids

    def requests(self, path: str | None = None) -> list[Request]:
        """Return the requests since :meth:`forget`, of one path or of all."""
        entries = [Request(**each) for each in self._control("requests")["requests"]]
        return [each for each in entries if path in {None, each.path}]

    def forget(self) -> None:
        """Forget the requests so far."""
        self._control("forget")

    def _control(self, action: str, value: Any = None) -> Any:
        data = json.dumps({} if value is None else value).encode()
        try:
            with urllib.request.urlopen(
                f"{self.issuer}/control/{action}", data, timeout=PATIENCE
            ) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                raise ValueError(f"the provider refused: {error.read().decode()}") from None

    def close(self) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            self.process.wait()
            self._reader.join(PATIENCE)
            self.process.stdout.close()
            self.process.stderr.close()
