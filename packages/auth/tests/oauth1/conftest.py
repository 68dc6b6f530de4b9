"""A provider of OAuth 1: oauthlib's server."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


def load(name: str) -> Any:
    """Return a module of the folder above, which is not a package."""
    known = f"tornado_auth_tests_{name}"
    if known not in sys.modules:
        path = Path(__file__).parent.with_name(f"{name}.py")
        spec = importlib.util.spec_from_file_location(known, path)
        sys.modules[known] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[known])
    return sys.modules[known]


@pytest.fixture(scope="session")
def _oauth1_provider() -> Iterator[Any]:
    provider = load("oauth1_provider").OAuth1Provider()
    yield provider
    provider.close()


@pytest.fixture
def provider(_oauth1_provider: Any) -> Any:
    """A provider: ``url``, ``key``, ``secret``; see ``oauth1_provider.py`` for what can be changed."""
    _oauth1_provider.reset()
    return _oauth1_provider
