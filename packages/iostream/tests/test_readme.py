"""The programs of the README run as printed, on a port that is free."""

import random
import re
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
PROGRAMS = dict(
    re.findall(r"^```python\n# (\w+)\.py\n(.*?)^```", README.read_text(), re.MULTILINE | re.DOTALL)
)


def free_port():
    """Return a port for a program to listen on; it is none that a system gives to who connects."""
    while True:
        port = random.randrange(12_000, 32_000)
        with socket.socket() as sock, suppress(OSError):
            sock.bind(("127.0.0.1", port))
            return port


def start(name, port):
    code = PROGRAMS[name].replace("8888", str(port))
    return subprocess.Popen([sys.executable, "-W", "error", "-c", code], stdout=subprocess.PIPE)


def wait_until_listening(port):
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.02)
        else:
            return
    pytest.fail("the server does not listen")


def test_all_programs_are_known():
    assert set(PROGRAMS) == {
        "echo_server",
        "echo_client",
        "classic_server",
        "classic_client",
        "push_server",
        "pipeline",
    }


@pytest.mark.parametrize("client", ["echo_client", "classic_client"])
@pytest.mark.parametrize("server", ["echo_server", "classic_server", "push_server"])
def test_every_client_talks_to_every_server(server, client):
    port = free_port()
    with start(server, port) as serving:
        try:
            wait_until_listening(port)
            with start(client, port) as asking:
                assert asking.communicate(timeout=20)[0] == b"b'hello\\n'\n"
                assert asking.returncode == 0
            assert serving.poll() is None
        finally:
            serving.terminate()


def test_the_pipeline_prints_the_numbers_in_reverse():
    with start("pipeline", 0) as program:
        assert program.communicate(timeout=20)[0] == b"b'3\\n2\\n1\\n'\n"
        assert program.returncode == 0
