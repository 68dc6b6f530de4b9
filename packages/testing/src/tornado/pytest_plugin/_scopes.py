"""The same fixtures for another scope."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Literal

import pytest

if TYPE_CHECKING:
    Scope = Literal["function", "class", "module", "package", "session"]


def fixtures(scope: Scope) -> SimpleNamespace:
    """Return all fixtures of the plugin, made for a scope.

    Assign the ones that a module or a conftest.py needs::

        from tornado.pytest_plugin import fixtures

        shared = fixtures(scope="module")
        io_loop, http_server_port = shared.io_loop, shared.http_server_port
        http_server, http_server_client = shared.http_server, shared.http_server_client

    A fixture can only use fixtures of the same scope or of a wider one, so assign ``io_loop`` too and
    give ``app`` that scope.

    :param scope: ``"class"``, ``"module"``, ``"package"``, ``"session"`` or ``"function"``.
    """
    from ._base_url import find_base_url
    from ._fixtures import FIXTURES

    functions = {**FIXTURES, "base_url": find_base_url}
    made = {name: pytest.fixture(scope=scope)(each) for name, each in functions.items()}
    return SimpleNamespace(**made)
