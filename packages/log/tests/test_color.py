import io
import os
import pty
import subprocess
import sys

import pytest

from tornado.log import LogFormatter


@pytest.fixture
def terminal(monkeypatch):
    """Return a stream that writes to a real terminal."""
    controller, device = pty.openpty()
    monkeypatch.setenv("TERM", "xterm")
    with os.fdopen(device, "w") as stream:
        yield stream
    os.close(controller)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


def is_colored(**arguments):
    return bool(LogFormatter(**arguments)._colors)


def test_a_terminal_has_colors_unless_the_setting_or_the_environment_says_no(monkeypatch, terminal):
    monkeypatch.setattr(sys, "stderr", terminal)
    assert is_colored()
    assert not is_colored(color=False)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not is_colored()


def test_a_dumb_terminal_has_no_colors(monkeypatch, terminal):
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "dumb")
    assert not is_colored()


def test_an_empty_no_color_is_ignored(monkeypatch, terminal):
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("NO_COLOR", "")
    assert is_colored()


def closed_stream():
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize("stream", [None, io.StringIO(), object(), closed_stream()])
def test_a_stream_that_is_not_a_terminal_has_colors_only_by_force(monkeypatch, stream):
    monkeypatch.setattr(sys, "stderr", stream)
    assert not is_colored()
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert is_colored()
    assert not is_colored(color=False)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not is_colored()


def test_colorama_is_there_only_if_the_program_has_imported_it():
    program = "import sys; {}; from tornado.log import colorama; print(colorama)"
    for before, name in [("pass", b"None"), ("sys.modules['colorama'] = 'it'", b"it")]:
        command = [sys.executable, "-c", program.format(before)]
        output = subprocess.run(command, capture_output=True, check=True).stdout
        assert output.strip() == name


def test_colorama_is_the_package_if_the_program_has_imported_it():
    program = (
        "import sys, types\n"
        "sys.modules['colorama'] = known = types.ModuleType('colorama')\n"
        "from tornado.log import colorama\n"
        "assert colorama is known\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    without = "import sys\nfrom tornado.log import colorama\nassert colorama is None\n"
    subprocess.run([sys.executable, "-c", without], check=True)
