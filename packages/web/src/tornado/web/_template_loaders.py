"""The loaders of an application, each with the templates that it has compiled."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tornado.template import BaseLoader

    from ._templates import Templates


class TemplateLoaders:
    """One loader for each folder and each way to make it."""

    def __init__(self) -> None:
        self._loaders: dict[tuple[Any, str], BaseLoader] = {}
        self._lock = Lock()

    def get(self, handler: Templates, path: str) -> BaseLoader:
        """Give the loader of a folder, made by the handler if there is none.

        Handlers render in threads as well, so this is safe there.
        """
        # Classes that inherit create_template_loader have the same function.
        key = type(handler).create_template_loader, path
        loader = self._loaders.get(key)
        if loader is None:
            with self._lock:
                loader = self._loaders.get(key)
                if loader is None:
                    loader = self._loaders[key] = handler.create_template_loader(path)
        return loader
