"""Style sheets, scripts and markup that UI modules add to the head and the end of a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tornado.escape import utf8, xhtml_escape

from ._ui_modules import as_files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._pages import Pages
    from ._ui_modules import UIModule

# Patterns are compiled when they are first used: not every program has UI modules.
_HEAD_END = rb"(?i)</head\s*>"
_BODY_END = rb"(?i)</body\s*>"

# What ends a script element, and what hides its end after "<!--" (HTML Living Standard, section
# 4.12.1.3); strings, regular expressions and templates of JavaScript mean the same with the escape.
_ENDS_SCRIPT = rb"(?i)<(?=/script(?:[\t\n\f\r />]|\Z))"
_HIDES_END = rb"(?i)<(?=script(?:[\t\n\f\r />]|\Z))"
# What ends a style element; CSS means the same with a backslash before the slash.
_ENDS_STYLE = rb"(?i)</(?=style)"

_ABSOLUTE = ("/", "http:", "https:")


def is_absolute(path: str) -> bool:
    """Tell whether the path of a script or style sheet is already a URL."""
    return path.startswith(_ABSOLUTE)


def embedded_js(scripts: Iterable[bytes]) -> bytes:
    """Return the element for scripts, escaped so that nothing in them ends it."""
    script = re.sub(_ENDS_SCRIPT, rb"\\x3c", b"\n".join(scripts))
    if b"<!--" in script:
        script = re.sub(_HIDES_END, rb"\\x3c", script)
    return b'<script type="text/javascript">\n//<![CDATA[\n%b\n//]]>\n</script>' % script


def embedded_css(styles: Iterable[bytes]) -> bytes:
    """Return the element for style sheets, escaped so that nothing in them ends it."""
    style = re.sub(_ENDS_STYLE, rb"<\\/", b"\n".join(styles))
    return b'<style type="text/css">\n%b\n</style>' % style


def linked_files(handler: Pages, files: Iterable[str], element: str) -> str:
    """Return an element for each file, without repetitions, in their order.

    :param element: with ``{}`` where the URL stands.
    """
    once = dict.fromkeys(files)
    urls = [file if is_absolute(file) else handler.static_url(file) for file in once]
    return "".join([element.format(xhtml_escape(url)) for url in urls])


def insert(handler: Pages, modules: list[UIModule], page: bytes) -> bytes:
    """Insert what the UI modules of a page need into it.

    :raises ValueError: the page lacks the tag before which it belongs.
    """
    head, body = _head_of(handler, modules), _body_of(handler, modules)
    if head:
        places = [match.start() for match in re.finditer(_HEAD_END, page)]
        page = _insert_before(page, head, places[:1], "</head>")
    if body:
        places = [match.start() for match in re.finditer(_BODY_END, page)]
        page = _insert_before(page, body, places[-1:], "</body>")
    return page


def _insert_before(page: bytes, addition: bytes, places: list[int], tag: str) -> bytes:
    if not places:
        raise ValueError(f"the UI modules of this page need a {tag}, to insert something before it")
    place = places[0]
    return page[:place] + addition + b"\n" + page[place:]


def _head_of(handler: Pages, modules: list[UIModule]) -> bytes:
    files = _files(modules, "css_files")
    styles = _markup_of(modules, "embedded_css")
    parts = [utf8(handler.render_linked_css(files))] if files else []
    if styles:
        parts.append(handler.render_embed_css(styles))
    return b"\n".join(parts + _join(_markup_of(modules, "html_head")))


def _body_of(handler: Pages, modules: list[UIModule]) -> bytes:
    files = _files(modules, "javascript_files")
    scripts = _markup_of(modules, "embedded_javascript")
    parts = [utf8(handler.render_linked_js(files))] if files else []
    if scripts:
        parts.append(handler.render_embed_js(scripts))
    return b"\n".join(parts + _join(_markup_of(modules, "html_body")))


def _files(modules: list[UIModule], name: str) -> list[str]:
    files = [file for module in modules for file in as_files(getattr(module, name)())]
    return list(dict.fromkeys(files))


def _markup_of(modules: list[UIModule], name: str) -> list[bytes]:
    """Return what a method of each module returns, if anything."""
    results: list[Any] = [getattr(module, name)() for module in modules]
    return [utf8(result) for result in results if result]


def _join(markup: list[bytes]) -> list[bytes]:
    return [b"".join(markup)] if markup else []
