"""Pages from templates, and the loaders of an application, each with what it has compiled."""

from __future__ import annotations

import os
import sys
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakSet

from ._page_resources import PageResources, insert
from ._ui_namespace import UINamespace

if TYPE_CHECKING:
    import asyncio

    from tornado.template import BaseLoader
    from tornado.util import ObjectDict

#: Frames of these modules are passed over by who looks for the file of a handler.
_OURS = ("tornado.web.", "tornado.template.")


class Templates(PageResources):
    """Render templates of `tornado.template`."""

    _fresh_loaders: tuple[BaseLoader, ...] = ()
    _template_loaders: ClassVar[AllLoaders]

    def render(self, template_name: str, **kwargs: Any) -> asyncio.Future[None]:
        """Render a template and finish the response with it.

        What the UI modules on the page need, their style sheets and scripts, is put into its
        ``<head>`` and in front of its ``</body>``.

        :param kwargs: names for the template, besides those of :meth:`get_template_namespace`.
        :return: as :meth:`finish`.
        :raises RuntimeError: the response is finished already.
        """
        self._check_unfinished()
        return self._finish_page(self.render_string(template_name, **kwargs))

    async def render_async(self, template_name: str, **kwargs: Any) -> None:
        """Render a template that may use ``await`` and ``{% async for %}``; as :meth:`render`.

        .. versionadded:: 1.0
        """
        self._check_unfinished()
        await self._finish_page(await self.render_string_async(template_name, **kwargs))

    def render_string(self, template_name: str, **kwargs: Any) -> bytes:
        """Render a template.

        :param kwargs: as for :meth:`render`.
        :return: what the template makes, in UTF-8.
        """
        template = self._template_loader().load(template_name)
        return template.generate(**{**self.get_template_namespace(), **kwargs})

    async def render_string_async(self, template_name: str, **kwargs: Any) -> bytes:
        """Render a template that may use ``await``; as :meth:`render_string`.

        .. versionadded:: 1.0
        """
        template = self._template_loader().load(template_name)
        return await template.generate_async(**{**self.get_template_namespace(), **kwargs})

    def get_template_namespace(self) -> dict[str, Any]:
        """Give the names that all templates see; subclasses may add some.

        They come on top of those of `tornado.template`, and give way to the arguments of
        :meth:`render`.
        """
        locale = self.locale
        namespace = {
            "handler": self,
            "request": self.request,
            "current_user": self.current_user,
            "locale": locale,
            "_": locale.translate,
            "pgettext": locale.pgettext,
            "static_url": self.static_url,
            "xsrf_form_html": self.xsrf_form_html,
            "reverse_url": self.reverse_url,
        }
        namespace.update(self.ui)
        return namespace

    @property
    def ui(self) -> ObjectDict:
        """The UI methods of the application, bound to this handler, and its UI modules.

        ``self.ui.name(...)`` calls a method, ``self.ui["modules"].Name(...)`` renders a module.
        """
        if self._ui is None:
            self._ui = self.application._ui.bind(self, UINamespace(self))
        return self._ui

    def get_template_path(self) -> str | None:
        """Give the folder of the templates; for subclasses.

        :return: the setting ``template_path``; ``None`` for the folder of the file that renders.
        """
        return self.settings.get("template_path")

    def create_template_loader(self, template_path: str) -> BaseLoader:
        """Make the loader of a folder; for subclasses.

        It is called once and then shared by all handlers of the application that have the same
        method and the same folder. The settings ``template_loader`` (a loader, in the place of all
        this), ``autoescape`` and ``template_whitespace`` are heeded.

        :param template_path: what :meth:`get_template_path` gives, or the folder of the file that
            renders.
        """
        settings = self.settings
        if "template_loader" in settings:
            ready: BaseLoader = settings["template_loader"]
            return ready
        from tornado.template import Loader

        options = {}
        if "autoescape" in settings:
            options["autoescape"] = settings["autoescape"]
        if "template_whitespace" in settings:
            options["whitespace"] = settings["template_whitespace"]
        return Loader(template_path, **options)

    def _check_unfinished(self) -> None:
        if self._finished:
            raise RuntimeError("render() behind finish(): the response has been sent")

    def _finish_page(self, page: bytes) -> asyncio.Future[None]:
        if self._ui is not None:
            page = insert(self, self._ui["modules"].used(), page)
        return self.finish(page)

    def _template_loader(self) -> BaseLoader:
        settings = self.settings
        path = self.get_template_path()
        if path is None:
            path = "" if "template_loader" in settings else _folder_of_caller()
        loader = self.application._template_loaders.get(self, path)
        if not settings.get("compiled_template_cache", True) and loader not in self._fresh_loaders:
            self._fresh_loaders += (loader,)
            loader.reset()
        return loader


class TemplateLoaders:
    """One loader for each folder and each way to make it."""

    def __init__(self) -> None:
        self._loaders: dict[tuple[Any, str], BaseLoader] = {}
        self._lock = Lock()
        _stores.add(self)

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

    def clear(self) -> None:
        """Forget all loaders, so that pages are read and compiled again."""
        with self._lock:
            self._loaders.clear()


class AllLoaders:
    """The loaders of all applications, as upstream's ``RequestHandler._template_loaders``.

    Tests and programs that reload pages call :meth:`clear` and go through :meth:`values`; with
    upstream all applications of a process share their loaders.
    """

    def clear(self) -> None:
        """Forget the loaders of every application."""
        for store in list(_stores):
            store.clear()

    def values(self) -> list[BaseLoader]:
        """Return the loaders of every application."""
        return [loader for store in list(_stores) for loader in store._loaders.values()]

    def __len__(self) -> int:
        return len(self.values())


_stores: WeakSet[TemplateLoaders] = WeakSet()
Templates._template_loaders = AllLoaders()


def _folder_of_caller() -> str:
    """Give the folder of the nearest file that is neither ours nor a template."""
    frame = sys._getframe(1)
    while frame.f_back is not None and _is_ours(frame.f_globals):
        frame = frame.f_back
    return os.path.dirname(os.path.abspath(frame.f_code.co_filename))


def _is_ours(names: dict[str, Any]) -> bool:
    from tornado.template import Template

    name = str(names.get("__name__"))
    return f"{name}.".startswith(_OURS) or isinstance(names.get("__loader__"), Template)
