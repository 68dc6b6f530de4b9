"""The programs of the README run as printed, on a port that is free."""

import re
import socket
import time
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
PROGRAMS = dict(
    re.findall(r"^```python\n# (\w+)\.py\n(.*?)^```", README.read_text(), re.MULTILINE | re.DOTALL)
)


@pytest.fixture
def start(interpreter):
    """Start a program of the README by its name, on a port."""
    return lambda name, port: interpreter.start(PROGRAMS[name].replace("8888", str(port)))


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
def test_every_client_talks_to_every_server(start, server, client, unused_port):
    port = unused_port()
    with start(server, port) as serving:
        wait_until_listening(port)
        with start(client, port) as asking:
            assert asking.finish() == (0, "b'hello\\n'\n", "")
        assert serving.poll() is None


def test_the_pipeline_prints_the_numbers_in_reverse(start):
    with start("pipeline", 0) as program:
        assert program.finish() == (0, "b'3\\n2\\n1\\n'\n", "")
