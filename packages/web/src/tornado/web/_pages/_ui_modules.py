"""UI modules: parts of pages with their style sheets and scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tornado.httputil import HTTPServerRequest
    from tornado.locale import Locale
    from tornado.util import ObjectDict

    from .._handler import RequestHandler

#: One file or several.
Files = str | bytes | list[str] | list[bytes]


class UIModule:
    """A part of pages, which a template may use repeatedly: ``{% module Entry(entry) %}``.

    ::

        class Entry(tornado.web.UIModule):
            def embedded_css(self):
                return ".entry { margin-bottom: 1em; }"

            def render(self, entry, show_comments=False):
                return self.render_string(
                    "module-entry.html", entry=entry, show_comments=show_comments)

    The setting ``ui_modules`` names the modules. One object is made for each module and response,
    no matter how often the page uses it, so what it needs is on the page once.

    :param handler: the handler that renders the page.
    """

    def __init__(self, handler: RequestHandler) -> None:
        #: The handler.
        self.handler: RequestHandler = handler
        #: The request.
        self.request: HTTPServerRequest = handler.request

    @property
    def ui(self) -> ObjectDict:
        """The UI methods and modules of the handler."""
        return self.handler.ui

    @property
    def locale(self) -> Locale:
        """The locale of the handler."""
        return self.handler.locale

    @property
    def current_user(self) -> Any:
        """The user of the handler."""
        return self.handler.current_user

    def render(self, *args: Any, **kwargs: Any) -> str | bytes:
        """Return the markup of the module. Each subclass overrides it.

        It is called with the arguments that the template gives to the module.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define render")

    def embedded_javascript(self) -> str | bytes | None:
        """Return a script for the end of the page. Override to embed one."""
        return None

    def javascript_files(self) -> Files | None:
        """Return the URLs of scripts for the end of the page. Override to name some.

        A text without a scheme that does not begin with a slash is the path of a static file.
        """
        return None

    def embedded_css(self) -> str | bytes | None:
        """Return a style sheet for the head of the page. Override to embed one."""
        return None

    def css_files(self) -> Files | None:
        """Return the URLs of style sheets for the head; see :meth:`javascript_files`."""
        return None

    def html_head(self) -> str | bytes | None:
        """Return markup for the end of the page's ``<head>``. Override to add some."""
        return None

    def html_body(self) -> str | bytes | None:
        """Return markup for the end of the page's ``<body>``. Override to add some."""
        return None

    def render_string(self, path: str, **kwargs: Any) -> bytes:
        """Render a template; see :meth:`RequestHandler.render_string`."""
        return self.handler.render_string(path, **kwargs)


class LinkifyModule(UIModule):
    """The module ``{% module linkify(text) %}``."""

    def render(self, text: str, **kwargs: Any) -> str:
        from tornado.escape import linkify

        return linkify(text, **kwargs)


class XsrfFormModule(UIModule):
    """The module ``{% module xsrf_form_html() %}``."""

    def render(self) -> str:
        return self.handler.xsrf_form_html()


class TemplateModule(UIModule):
    """A template as a module, without a class: ``{% module Template("entry.html", entry=entry) %}``.

    The template calls ``set_resources`` to name what it needs. The arguments are named like the
    methods of :class:`UIModule`::

        {{ set_resources(embedded_css=".entry { margin-bottom: 1em; }") }}

    A template that is used repeatedly on a page has to name the same each time.
    """

    def __init__(self, handler: RequestHandler) -> None:
        super().__init__(handler)
        self._resources: dict[str, dict[str, Any]] = {}

    def render(self, path: str, **kwargs: Any) -> bytes:
        """Render a template of the handler.

        :raises ValueError: it has set other resources before on this page.
        """

        def set_resources(**resources: Any) -> str:
            earlier = self._resources.setdefault(path, resources)
            if earlier != resources:
                raise ValueError(f"set_resources of {path} was called with different resources")
            return ""

        return self.render_string(path, set_resources=set_resources, **kwargs)

    def embedded_javascript(self) -> str:
        return self._join_texts("embedded_javascript")

    def embedded_css(self) -> str:
        return self._join_texts("embedded_css")

    def html_head(self) -> str:
        return self._join_texts("html_head")

    def html_body(self) -> str:
        return self._join_texts("html_body")

    def javascript_files(self) -> list[str]:
        return self._list_files("javascript_files")

    def css_files(self) -> list[str]:
        return self._list_files("css_files")

    def _values(self, name: str) -> Iterable[Any]:
        return [found[name] for found in self._resources.values() if found.get(name)]

    def _join_texts(self, name: str) -> str:
        return "\n".join([_text(value) for value in self._values(name)])

    def _list_files(self, name: str) -> list[str]:
        return [file for value in self._values(name) for file in as_files(value)]


def as_files(value: Files | None) -> list[str]:
    """Return one file or several as a list."""
    if not value:
        return []
    if isinstance(value, str | bytes):
        return [_text(value)]
    return [_text(file) for file in value]


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
