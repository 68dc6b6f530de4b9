import importlib

import pytest

MODULES = [
    "tornado.concurrent",
    "tornado.gen",
    "tornado.ioloop",
    "tornado.locks",
    "tornado.platform.asyncio",
    "tornado.platform.twisted",
    "tornado.queues",
    "tornado.stack_context",
]


@pytest.mark.parametrize("name", MODULES)
def test_all_is_sorted_and_every_public_name(name):
    module = importlib.import_module(name)
    public = {
        key
        for key in dir(module)
        if not key.startswith("_")
        and key not in {"TYPE_CHECKING", "annotations", "publish"}
        and not isinstance(getattr(module, key), type(importlib))
    }
    assert module.__all__ == sorted(public)
