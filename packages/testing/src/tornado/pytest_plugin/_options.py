"""Options, settings and markers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

#: The timeout of a marked test when no option sets another one, in seconds.
MARKED_TIMEOUT = 5.0

#: Whether we run coroutine tests that use nothing of ours.
MODES = ("alone", "auto", "strict")

SCOPES = ("function", "class", "module", "package", "session")

_GEN_TEST = (
    "gen_test(timeout=None, run_sync=True): run a coroutine or a generator on Tornado's loop, for "
    "at most so many seconds; with run_sync=False as one callback among others"
)
_LEFTOVERS = "tornado_leftovers(action): whether to 'fail', 'warn' or 'ignore' when the test leaves something behind"
#: The marker of pytest-tornasync, where pytest-timeout must not see it.
_seconds = pytest.StashKey[pytest.Mark]()

_TIMEOUT_MARKER = "timeout(seconds=None): seconds that a coroutine test may take"


def add_options(parser: pytest.Parser) -> None:
    """Add the options of the command line and the settings of configuration files."""
    group = parser.getgroup("tornado options")
    group.addoption(
        "--async-test-timeout",
        type=float,
        metavar="SECONDS",
        help="timeout in seconds of an asynchronous test (default: ASYNC_TEST_TIMEOUT from the "
        f"environment, or {MARKED_TIMEOUT:g} for tests marked gen_test)",
    )
    group.addoption(
        "--app-fixture", default="app", help="fixture that returns the application (app)"
    )
    group.addoption(
        "--ssl-options-fixture",
        default="ssl_options",
        help="fixture that returns the TLS settings of the HTTPS server (ssl_options)",
    )
    group.addoption(
        "--tornado-blocking",
        type=float,
        metavar="SECONDS",
        help="fail tests in which one callback holds the loop for longer (default: "
        "TORNADO_TEST_BLOCKING from the environment, or no check)",
    )
    parser.addini("tornado_blocking", "default of --tornado-blocking", default="")
    parser.addini(
        "tornado_mode",
        "who runs coroutine tests without our fixtures and markers: this plugin if no other one runs "
        "coroutine tests (alone), always this plugin (auto), never this plugin (strict)",
        default="alone",
    )
    parser.addini(
        "tornado_leftovers",
        "what happens to a test that leaves a task, a socket, a timer or a client open: fail, "
        "warn or ignore (default: TORNADO_TEST_LEFTOVERS from the environment, or fail)",
        default="",
    )
    parser.addini(
        "tornado_loop_scope",
        f"scope of io_loop: {', '.join(SCOPES)}",
        default="function",
    )
    parser.addini(
        "tornado_server_scope",
        "scope of the ports, servers and clients; not wider than tornado_loop_scope",
        default="function",
    )


def add_markers(config: pytest.Config) -> None:
    """Register the markers, that of pytest-timeout only where it is not installed."""
    for line in (_GEN_TEST, _LEFTOVERS):
        config.addinivalue_line("markers", line)
    if not config.pluginmanager.hasplugin("timeout"):
        config.addinivalue_line("markers", _TIMEOUT_MARKER)


def closest_marker(item: pytest.Item, name: str) -> pytest.Mark | None:
    """Return the marker of a test, or the closest one of its class, module or package."""
    # A look at the keywords is quick. All markers are among them, and names of files.
    return item.get_closest_marker(name) if name in item.keywords else None


def setting(config: pytest.Config, name: str, known: tuple[str, ...]) -> str:
    """Return a setting that is one of several words.

    :raises pytest.UsageError: if it is another word.
    """
    value: str = config.getini(name)
    if value not in known:
        raise pytest.UsageError(f"{name} is one of {', '.join(known)}, not {value!r}")
    return value


def blocking_option(config: pytest.Config) -> float | None:
    """Return how many seconds a callback may hold the loop, None if no option says so."""
    given: float | None = config.getoption("tornado_blocking")
    if given is None:
        text: str = config.getini("tornado_blocking")
        given = float(text) if text else None
    return given


def take_timeouts(item: pytest.Item) -> None:
    """Hide the markers ``timeout(seconds=...)`` of a test from pytest-timeout.

    It has another name for the argument, and would end the test with an error.
    """
    for node in item.listchain():  # the test is the last one
        for marker in [each for each in node.own_markers if _is_of_tornasync(each)]:
            node.own_markers.remove(marker)
            node.stash[_seconds] = marker
        if _seconds in node.stash:
            item.stash[_seconds] = node.stash[_seconds]


def _is_of_tornasync(marker: pytest.Mark) -> bool:
    return marker.name == "timeout" and "seconds" in marker.kwargs


def timeout_of(item: pytest.Item) -> float | None:
    """Return how many seconds a coroutine test may take, None for any time.

    In pytest-tornado it is an argument of ``gen_test`` with a default; pytest-tornasync has a marker
    of its own without a default.
    """
    marker = closest_marker(item, "gen_test")
    if marker is not None and "timeout" in marker.kwargs:
        return cast("float | None", marker.kwargs["timeout"])
    seconds = item.stash.get(_seconds, None) or closest_marker(item, "timeout")
    if seconds is not None and "seconds" in seconds.kwargs:
        return cast("float | None", seconds.kwargs["seconds"])
    chosen = fixture_timeout(item.config)
    return MARKED_TIMEOUT if chosen is None and marker is not None else chosen


def fixture_timeout(config: pytest.Config) -> float | None:
    """Return the timeout that the command line or the environment sets, in seconds."""
    import os

    given: float | None = config.getoption("async_test_timeout")
    if given is not None:
        return given
    text = os.environ.get("ASYNC_TEST_TIMEOUT")
    try:
        return float(text) if text else None
    except ValueError:
        return None


def scope_of(name: str) -> Callable[..., Any]:
    """Return a function that finds the scope of a fixture in a setting."""

    def scope(*, fixture_name: str, config: pytest.Config) -> str:
        return setting(config, name, SCOPES)

    return scope
