"""What service managers and load balancers see."""

from __future__ import annotations

import re
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Serve = Callable[..., Any]


def probe(server: Any, path: str) -> tuple[int, str]:
    port = re.search(r"probes on http://127\.0\.0\.1:(\d+)", server.log)[1]
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_probes_tell_that_the_server_drains(serve: Serve) -> None:
    server = serve("hello:app", "--port", "0", "--probe-port", "0", "--drain-delay", "600")
    assert probe(server, "/health") == (200, "alive\n")
    assert probe(server, "/ready") == (200, "ready\n")
    assert probe(server, "/other")[0] == 404

    server.send_signal(signal.SIGTERM)
    server.wait_for_line("SIGTERM: finishing")

    until_draining(server)
    assert probe(server, "/health") == (200, "alive\n")
    assert server.get()[0] == 200  # the balancer still sends requests for a while


def until_draining(server: Any) -> None:
    for _ in range(3000):
        if probe(server, "/ready") == (503, "draining\n"):
            return
    raise RuntimeError("it does not drain")


@pytest.mark.slow
def test_systemd_is_told_about_the_start_reloads_and_the_end(serve: Serve, folder: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.settimeout(30)
        manager.bind(str(folder / "notify"))
        server = serve(
            "hello:app", "--port", "0", environment={"NOTIFY_SOCKET": str(folder / "notify")}
        )

        assert manager.recv(4096).decode().startswith("READY=1\nSTATUS=serving hello:app on http")
        server.send_signal(signal.SIGHUP)
        assert re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=\d+", manager.recv(4096).decode())
        assert manager.recv(4096).decode().startswith("READY=1\n")
        assert server.end() == 0
        assert manager.recv(4096) == b"STOPPING=1"


@pytest.mark.slow
def test_lines_for_machines_are_json(serve: Serve) -> None:
    import json

    server = serve("hello:app", "--port", "0", "--log-format", "json")
    server.get("/?q=1")
    assert server.end() == 0

    records = [json.loads(line) for line in server.log.splitlines()]
    assert [record["uri"] for record in records if "uri" in record] == ["/?q=1"]


@pytest.mark.slow
def test_the_access_log_can_be_turned_off(serve: Serve) -> None:
    server = serve("hello:app", "--port", "0", "--no-access-log")
    server.get("/page-of-the-log")
    assert server.end() == 0

    assert "page-of-the-log" not in server.log
    assert "SIGTERM: finishing the requests that are under way" in server.log
