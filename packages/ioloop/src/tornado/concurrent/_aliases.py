"""Names that programs take from modules that only use them.

In the monolithic Tornado a module's imports can be imported from it in turn, and programs do that:
``tornado.gen.IOLoop``, ``tornado.queues.Event``. They go on working, but they are not in
``__all__``, and nothing is imported for them before somebody asks.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def alias_importer(module: str, aliases: Mapping[str, str]) -> Callable[[str], Any]:
    """Return a ``__getattr__`` for a module (PEP 562).

    :param aliases: names, and the modules that have them.
    """

    def import_alias(name: str) -> Any:
        home = aliases.get(name)
        if home is None:
            raise AttributeError(f"module {module!r} has no attribute {name!r}", name=name)
        return getattr(importlib.import_module(home), name)

    return import_alias
