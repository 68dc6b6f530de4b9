"""tornado.template: whichever of the two is installed, ours or upstream's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from work import PAGE, TABLE

from engines import texts
from tornado.template import DictLoader

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def _translate(text: str) -> str:
    text = re.sub(r"{% end\w+ %}", "{% end %}", text)
    return text.replace("{{ items|length }}", "{{ len(items) }}")


FILES = {name: _translate(text) for name, text in texts.FILES.items()}


def make(work: str) -> Callable[[], Any]:
    """Return a function that does the work once."""
    if work == "compile":
        return lambda: _page(DictLoader(FILES).load("leaf.html"))
    if work == "page":
        return _page(DictLoader(FILES).load("leaf.html"))
    table = DictLoader(FILES).load("table.html")
    return lambda: table.generate(**TABLE)


def _page(template: Any) -> Callable[[], bytes]:
    return lambda: template.generate(**PAGE)
