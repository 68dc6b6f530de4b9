"""The faces: what the public modules export."""

from __future__ import annotations

import types
from typing import Any

import pytest

import tornado.routing
import tornado.web


@pytest.mark.parametrize("face", [tornado.web, tornado.routing])
def test_all_is_exactly_the_public_names_in_order(face: Any) -> None:
    public = {
        name
        for name, thing in vars(face).items()
        if not name.startswith("_") and not isinstance(thing, types.ModuleType)
    }
    assert face.__all__ == sorted(face.__all__)
    assert set(face.__all__) == public - {"annotations", "publish"}


def test_public_objects_say_the_public_module() -> None:
    assert tornado.web.RequestHandler.__module__ == "tornado.web"
    assert tornado.web.HTTPError.__module__ == "tornado.web"
    assert tornado.routing.Rule.__module__ == "tornado.routing"
