"""Providers of OpenID 2.0: python3-openid's server."""

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


load("openid_provider")  # it imports python3-openid, which warns when it is imported


@pytest.fixture(scope="session")
def _openid_providers() -> Iterator[Any]:
    make = load("openid_provider").OpenIDProvider
    providers = make(), make()
    yield providers
    for each in providers:
        each.close()


@pytest.fixture
def provider(_openid_providers: Any) -> Any:
    """A provider: ``endpoint``, ``url``; see ``openid_provider.py`` for what can be changed."""
    _openid_providers[0].reset()
    return _openid_providers[0]


@pytest.fixture
def other_provider(_openid_providers: Any) -> Any:
    """A second one, of somebody else."""
    _openid_providers[1].reset()
    return _openid_providers[1]


@pytest.fixture(scope="session")
def load_module() -> Any:
    """Load a module of the folder above by its name."""
    return load
