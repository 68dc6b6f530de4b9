"""The facet ``Pages``: pages from templates and error pages, in the user's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from .._state import HandlerState
from ._error_page import finish_with_page, send_error_page
from ._page_resources import embedded_css, embedded_js, insert, linked_files
from ._templates import AllLoaders, loader_of, make_loader
from ._ui_namespace import UINamespace

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable

    from tornado.locale import Locale
    from tornado.template import BaseLoader
    from tornado.util import ObjectDict

#: How many characters of Accept-Language are read: results are kept as long as the process runs.
_LONGEST_FIELD = 1000


class Pages(HandlerState):
    """The pages of a handler: templates, UI modules, error pages, and the locale."""

    _template_loaders: ClassVar[AllLoaders] = AllLoaders()

    # Templates

    def render(self, template_name: str, **kwargs: Any) -> asyncio.Future[None]:
        """Render a template and finish the response with it.

        The style sheets and scripts of the UI modules on the page are inserted into its ``<head>``
        and before its ``</body>``.

        :param kwargs: names for the template, besides those of :meth:`get_template_namespace`.
        :returns: as :meth:`finish`.
        :raises RuntimeError: the response is already finished.
        """
        self._check_unfinished()
        return self._finish_page(self.render_string(template_name, **kwargs))

    async def render_async(self, template_name: str, **kwargs: Any) -> None:
        """Render a template that may use ``await`` and ``{% async for %}``; see :meth:`render`.

        .. versionadded:: 1.0
        """
        self._check_unfinished()
        await self._finish_page(await self.render_string_async(template_name, **kwargs))

    def render_string(self, template_name: str, **kwargs: Any) -> bytes:
        """Render a template.

        :param kwargs: as for :meth:`render`.
        :returns: the page, in UTF-8.
        """
        template = loader_of(self).load(template_name)
        return template.generate(**{**self.get_template_namespace(), **kwargs})

    async def render_string_async(self, template_name: str, **kwargs: Any) -> bytes:
        """Render a template that may use ``await``; see :meth:`render_string`.

        .. versionadded:: 1.0
        """
        template = loader_of(self).load(template_name)
        return await template.generate_async(**{**self.get_template_namespace(), **kwargs})

    def get_template_namespace(self) -> dict[str, Any]:
        """Return the names that all templates see. Override to add some.

        They hide those of `tornado.template`, and the arguments of :meth:`render` hide them.
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
        """Return the folder of the templates. Override to choose it.

        :returns: the setting ``template_path``; ``None`` for the folder of the file that renders.
        """
        return self.settings.get("template_path")

    def create_template_loader(self, template_path: str) -> BaseLoader:
        """Called to make the loader of a folder. Override to make another one.

        It is called once. All handlers of the application that have the same method and the same
        folder share the loader. By default it is the setting ``template_loader``, or else one with
        the settings ``autoescape`` and ``template_whitespace``.

        :param template_path: what :meth:`get_template_path` returns, or the folder of the file
            that renders.
        """
        return make_loader(self.settings, template_path)

    def _check_unfinished(self) -> None:
        if self._finished:
            raise RuntimeError("render() called after finish(): the response has been sent")

    def _finish_page(self, page: bytes) -> asyncio.Future[None]:
        if self._ui is not None:
            page = insert(self, self._ui["modules"].list_used(), page)
        return self.finish(page)

    # Error pages

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """Answer with an error page, instead of what was written so far.

        If the head was already sent, the connection is closed instead, so that the client does not
        take half a response for a whole one. If the response is finished, nothing is sent. Both
        are logged.

        :param kwargs: passed on to :meth:`write_error`; ``exc_info`` is the exception, if there is
            one, and ``reason`` a reason phrase; one with control characters or markup becomes
            ``Unknown``.
        """
        send_error_page(self, status_code, kwargs)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Called to compose an error page. Override to compose another one.

        An override calls :meth:`write`, :meth:`set_header` and the like as usual. If it is called
        because of an exception, that is in ``kwargs["exc_info"]``; it need not be the current one.
        """
        finish_with_page(self, status_code, kwargs)

    # Style sheets and scripts: subclasses may write other elements.

    def render_linked_js(self, js_files: Iterable[str]) -> str:
        """Return the elements for scripts in files, each once."""
        element = '<script src="{}" type="text/javascript"></script>'
        return linked_files(self, js_files, element)

    def render_embed_js(self, js_embed: Iterable[bytes]) -> bytes:
        """Return the element for embedded scripts; nothing in them ends it."""
        return embedded_js(js_embed)

    def render_linked_css(self, css_files: Iterable[str]) -> str:
        """Return the elements for style sheets in files, each once."""
        element = '<link href="{}" type="text/css" rel="stylesheet"/>'
        return linked_files(self, css_files, element)

    def render_embed_css(self, css_embed: Iterable[bytes]) -> bytes:
        """Return the element for embedded style sheets; nothing in them ends it."""
        return embedded_css(css_embed)

    def static_url(self, path: str, include_host: bool | None = None, **kwargs: Any) -> str:
        """Return the URL of a static file, with the version of its content.

        A browser may keep such a URL for years: when the file changes, so does the URL. It needs
        the setting ``static_path``.

        :param path: below ``static_path``.
        :param include_host: begin with protocol and host. The default is the attribute
            ``include_host`` of the handler, if it has one.
        :param kwargs: for the ``make_static_url`` of the handler class; ``include_version=False``
            omits the version.
        """
        from tornado.web import StaticFileHandler

        if not self.settings.get("static_path"):
            raise Exception("set the 'static_path' setting of the application to use static_url")
        handler_class = self.settings.get("static_handler_class", StaticFileHandler)
        url: str = handler_class.make_static_url(self.settings, path, **kwargs)
        if include_host is None:
            include_host = getattr(self, "include_host", False)
        return f"{self.request.protocol}://{self.request.host}{url}" if include_host else url

    # Languages

    @property
    def locale(self) -> Locale:
        """The locale for this user: the one they have chosen, or else that of their browser.

        ``_("text")`` in templates is its :meth:`~tornado.locale.Locale.translate`.
        """
        if self._locale is None:
            self._locale = self.get_user_locale() or self.get_browser_locale()
        return self._locale

    @locale.setter
    def locale(self, locale: Locale) -> None:
        self._locale = locale

    def get_user_locale(self) -> Locale | None:
        """Called to find the language that the user has chosen. Override to return it.

        :returns: a result of :func:`tornado.locale.get`; ``None`` to ask the browser.
        """
        return None

    def get_browser_locale(self, default: str = "en_US") -> Locale:
        """Return the locale that fits the field ``Accept-Language`` best.

        :param default: a code for requests without the field.
        """
        from tornado.locale import get

        from .._input._accept_language import preferred_languages

        field = self.request.headers.get("Accept-Language", "")
        codes = preferred_languages(field[:_LONGEST_FIELD])
        return get(*codes) if codes else get(default)
