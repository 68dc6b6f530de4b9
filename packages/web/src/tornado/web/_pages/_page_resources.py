"""What UI modules put into the head of a page and to its end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tornado.escape import utf8, xhtml_escape

from .._state import HandlerState
from ._ui_modules import as_files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._ui_modules import UIModule

# Patterns are compiled when they are first used: not every program has UI modules.
_HEAD_END = rb"(?i)</head\s*>"
_BODY_END = rb"(?i)</body\s*>"

# What ends a script element, and what hides its end behind "<!--" (HTML Living Standard, section
# 4.12.1.3); strings, regular expressions and templates of JavaScript mean the same with the escape.
_ENDS_SCRIPT = rb"(?i)<(?=/script(?:[\t\n\f\r />]|\Z))"
_HIDES_END = rb"(?i)<(?=script(?:[\t\n\f\r />]|\Z))"
# What ends a style element; CSS means the same with a backslash in front of the slash.
_ENDS_STYLE = rb"(?i)</(?=style)"

_ABSOLUTE = ("/", "http:", "https:")


def is_absolute(path: str) -> bool:
    """Tell whether the path of a script or style sheet is a URL already."""
    return path.startswith(_ABSOLUTE)


class PageResources(HandlerState):
    """Write the elements for scripts and style sheets; subclasses may write others."""

    def render_linked_js(self, js_files: Iterable[str]) -> str:
        """Write the elements for scripts in files, each once."""
        return self._linked(js_files, '<script src="{}" type="text/javascript"></script>')

    def render_embed_js(self, js_embed: Iterable[bytes]) -> bytes:
        """Write the element for scripts; nothing in them ends it."""
        script = re.sub(_ENDS_SCRIPT, rb"\\x3c", b"\n".join(js_embed))
        if b"<!--" in script:
            script = re.sub(_HIDES_END, rb"\\x3c", script)
        return b'<script type="text/javascript">\n//<![CDATA[\n%b\n//]]>\n</script>' % script

    def render_linked_css(self, css_files: Iterable[str]) -> str:
        """Write the elements for style sheets in files, each once."""
        return self._linked(css_files, '<link href="{}" type="text/css" rel="stylesheet"/>')

    def render_embed_css(self, css_embed: Iterable[bytes]) -> bytes:
        """Write the element for style sheets; nothing in them ends it."""
        style = re.sub(_ENDS_STYLE, rb"<\\/", b"\n".join(css_embed))
        return b'<style type="text/css">\n%b\n</style>' % style

    def _linked(self, files: Iterable[str], element: str) -> str:
        """Write an element for each file, without repetitions, in their order."""
        once = dict.fromkeys(files)
        urls = [file if is_absolute(file) else self.static_url(file) for file in once]
        return "".join([element.format(xhtml_escape(url)) for url in urls])


def insert(handler: PageResources, modules: list[UIModule], page: bytes) -> bytes:
    """Put what the modules of a page need into it.

    :raises ValueError: the page has no place for it.
    """
    head, body = _head_of(handler, modules), _body_of(handler, modules)
    if head:
        places = [match.start() for match in re.finditer(_HEAD_END, page)]
        page = _inserted(page, head, places[:1], "</head>")
    if body:
        places = [match.start() for match in re.finditer(_BODY_END, page)]
        page = _inserted(page, body, places[-1:], "</body>")
    return page


def _inserted(page: bytes, addition: bytes, places: list[int], tag: str) -> bytes:
    if not places:
        raise ValueError(f"the UI modules of this page need a {tag} in it, to stand in front of")
    place = places[0]
    return page[:place] + addition + b"\n" + page[place:]


def _head_of(handler: PageResources, modules: list[UIModule]) -> bytes:
    files = _files(modules, "css_files")
    styles = _said(modules, "embedded_css")
    parts = [utf8(handler.render_linked_css(files))] if files else []
    if styles:
        parts.append(handler.render_embed_css(styles))
    return b"\n".join(parts + _joined(_said(modules, "html_head")))


def _body_of(handler: PageResources, modules: list[UIModule]) -> bytes:
    files = _files(modules, "javascript_files")
    scripts = _said(modules, "embedded_javascript")
    parts = [utf8(handler.render_linked_js(files))] if files else []
    if scripts:
        parts.append(handler.render_embed_js(scripts))
    return b"\n".join(parts + _joined(_said(modules, "html_body")))


def _files(modules: list[UIModule], name: str) -> list[str]:
    files = [file for module in modules for file in as_files(getattr(module, name)())]
    return list(dict.fromkeys(files))


def _said(modules: list[UIModule], name: str) -> list[bytes]:
    said: list[Any] = [getattr(module, name)() for module in modules]
    return [utf8(each) for each in said if each]


def _joined(markup: list[bytes]) -> list[bytes]:
    return [b"".join(markup)] if markup else []
