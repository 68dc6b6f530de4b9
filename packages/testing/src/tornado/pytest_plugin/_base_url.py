"""The fixture ``base_url``, which other plugins have as well."""

from __future__ import annotations

import pytest

from ._options import scope_of

_HTTPS = frozenset({"https_port", "https_client", "https_server", "https_server_port"})


def find_base_url(request: pytest.FixtureRequest) -> str:
    """The URL of the server without a path: ``http://localhost:59828``."""
    if _HTTPS.isdisjoint(request.fixturenames):
        return f"http://localhost:{request.getfixturevalue('http_port')}"
    return f"https://localhost:{request.getfixturevalue('https_port')}"


base_url = pytest.fixture(scope=scope_of("tornado_server_scope"), name="base_url")(find_base_url)
