"""The template loaders of an application, and of all applications."""

from __future__ import annotations

import os
import sys
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

if TYPE_CHECKING:
    from tornado.template import BaseLoader

    from ._pages import Pages

#: Modules whose frames are skipped when the file of a handler is searched.
_OURS = ("tornado.web.", "tornado.template.")


class TemplateLoaders:
    """The loaders of an application: one for each folder and each way to make it."""

    def __init__(self) -> None:
        self._loaders: dict[tuple[Any, str], BaseLoader] = {}
        self._lock = Lock()
        _stores.add(self)

    def get(self, handler: Pages, path: str) -> BaseLoader:
        """Return the loader of a folder; if there is none, have the handler make one.

        Handlers render in threads as well, so this is safe to call there.
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

    def clear(self) -> None:
        """Drop all loaders, so that templates are read and compiled again."""
        with self._lock:
            self._loaders.clear()


class AllLoaders:
    """The loaders of all applications, as upstream's ``RequestHandler._template_loaders``.

    Tests and programs that reload pages call :meth:`clear` and iterate over :meth:`values`; with
    upstream all applications of a process share their loaders.
    """

    def clear(self) -> None:
        """Drop the loaders of every application."""
        for store in list(_stores):
            store.clear()

    def values(self) -> list[BaseLoader]:
        """Return the loaders of every application."""
        return [loader for store in list(_stores) for loader in store._loaders.values()]

    def __len__(self) -> int:
        return len(self.values())


_stores: WeakSet[TemplateLoaders] = WeakSet()


def make_loader(settings: dict[str, Any], template_path: str) -> BaseLoader:
    """Make the loader of a folder, as the settings of the application say."""
    if "template_loader" in settings:
        given: BaseLoader = settings["template_loader"]
        return given
    from tornado.template import Loader

    options = {}
    if "autoescape" in settings:
        options["autoescape"] = settings["autoescape"]
    if "template_whitespace" in settings:
        options["whitespace"] = settings["template_whitespace"]
    return Loader(template_path, **options)


def loader_of(handler: Pages) -> BaseLoader:
    """Return the loader for a handler's templates, reset once per request if that is wanted."""
    settings = handler.settings
    path = handler.get_template_path()
    if path is None:
        path = "" if "template_loader" in settings else _folder_of_caller()
    loader = handler.application._template_loaders.get(handler, path)
    if not settings.get("compiled_template_cache", True) and loader not in handler._fresh_loaders:
        handler._fresh_loaders += (loader,)
        loader.reset()
    return loader


def _folder_of_caller() -> str:
    """Return the folder of the nearest file that is neither one of ours nor a template."""
    frame = sys._getframe(1)
    while frame.f_back is not None and _is_ours(frame.f_globals):
        frame = frame.f_back
    return os.path.dirname(os.path.abspath(frame.f_code.co_filename))


def _is_ours(names: dict[str, Any]) -> bool:
    from tornado.template import Template

    name = str(names.get("__name__"))
    return f"{name}.".startswith(_OURS) or isinstance(names.get("__loader__"), Template)
