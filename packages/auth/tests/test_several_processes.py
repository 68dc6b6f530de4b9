"""Real processes that refresh one rotating token at oidc-provider, which ends the session at its second use."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).with_name("refreshing_program.py")
PATIENCE = 60


class Process:
    """A process that refreshes when it is told to."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(PROGRAM), json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout.readline() == "ready\n"

    def begin(self, token: str) -> None:
        self._process.stdin.write(f"{token}\n")
        self._process.stdin.flush()

    def end(self) -> dict[str, Any]:
        """Return the tokens, or the error."""
        return json.loads(self._process.stdout.readline())

    def refresh(self, token: str) -> dict[str, Any]:
        self.begin(token)
        return self.end()

    def close(self) -> None:
        self._process.stdin.close()
        timer = threading.Timer(PATIENCE, self._process.kill)
        timer.start()
        self._process.wait()
        timer.cancel()
        self._process.stdout.close()


@pytest.fixture
def first(oidc_site: Any, public_client: Any, node_provider: Any, browser: Any) -> str:
    """A refresh token that rotates."""
    running = oidc_site("await", public_client, scope=["openid", "offline_access"])
    running.application.settings["asked"]["prompt"] = "consent"
    page = browser.open(browser.visit(f"{running.url}/login", until=f"{running.url}/login?"))
    node_provider.forget()
    return json.loads(page.text)["tokens"]["refresh_token"]


@pytest.fixture
def start(node_provider: Any, first: str, tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Start a process: ``start(shared=..., reload=...)``."""
    tokens = tmp_path / "tokens.json"
    tokens.write_text(json.dumps({"refresh_token": first}))
    with ExitStack() as running:

        def start(*, shared: bool = True, reload: bool = True, port: int | None = None) -> Process:
            """:param port: of the token endpoint, where it is not the provider's."""
            issuer = node_provider.issuer
            settings = {
                "issuer": issuer,
                "token_url": f"http://127.0.0.1:{port}/" if port else f"{issuer}/token",
                "tokens": str(tokens),
                "store": str(tmp_path / "used.db") if shared else None,
                "reload": reload,
            }
            process = Process(settings)
            running.callback(process.close)
            return process

        yield start


def test_s19_processes_that_share_a_store_use_a_rotating_token_once(
    start: Any, node_provider: Any, first: str
) -> None:
    """All get the new tokens, however often they ask at the same time, and the session lives."""
    processes = [start(), start()]
    token = first
    for number in range(1, 4):
        for process in processes:
            process.begin(token)
        answers = [process.end() for process in processes]
        assert answers[0]["refresh_token"] == answers[1]["refresh_token"] != token, answers
        assert len(node_provider.requests("/token")) == number
        token = answers[0]["refresh_token"]


def test_a_process_that_comes_later_with_the_old_token_gets_the_new_ones(
    start: Any, node_provider: Any, first: str
) -> None:
    one, other = start(), start()
    tokens = one.refresh(first)
    assert other.refresh(first)["refresh_token"] == tokens["refresh_token"]
    assert len(node_provider.requests("/token")) == 1


def test_s19_without_reload_the_second_process_gets_an_error_and_sends_nothing(
    start: Any, node_provider: Any, first: str
) -> None:
    one, other = start(reload=False), start(reload=False)
    tokens = one.refresh(first)
    error = other.refresh(first)
    assert error["kind"] == "TokenInUseError"
    assert "read the tokens again" in error["message"]
    assert first not in error["message"]
    assert len(node_provider.requests("/token")) == 1
    again = other.refresh("stored")
    assert again["refresh_token"] not in {first, tokens["refresh_token"]}  # the session lives


def test_a_process_that_fails_gives_the_token_back(
    start: Any, first: str, unused_port: Callable[[], int]
) -> None:
    one, other = start(port=unused_port()), start()
    assert "did not answer" in one.refresh(first)["message"]
    tokens = other.refresh(first)
    assert tokens.get("refresh_token") not in {None, first}, tokens


def test_without_a_shared_store_a_second_use_ends_the_session(
    start: Any, node_provider: Any, first: str
) -> None:
    """What the page warns of: each process has its own memory, and the provider takes it for theft."""
    one, other = start(shared=False), start(shared=False)
    tokens = one.refresh(first)
    assert "invalid_grant" in other.refresh(first)["message"]
    assert len(node_provider.requests("/token")) == 2
    assert "invalid_grant" in other.refresh(tokens["refresh_token"])["message"]
