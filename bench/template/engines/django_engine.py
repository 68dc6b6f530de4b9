"""Django's template engine, without the rest of Django."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.conf import settings
from django.template import Context, Engine
from work import PAGE, TABLE

from engines import texts

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

settings.configure(USE_I18N=False)
#: Jinja2's templates; only items are looked up in another way.
FILES = {name: re.sub(r'\["(\w+)"\]', r".\1", text) for name, text in texts.FILES.items()}
LOADERS = [
    (
        "django.template.loaders.cached.Loader",
        [("django.template.loaders.locmem.Loader", FILES)],
    )
]


def make(work: str) -> Callable[[], Any]:
    """Return a function that does the work once."""
    if work == "compile":
        return _compile
    if work == "page":
        return _page(Engine(loaders=LOADERS).get_template("leaf.html"))
    table = Engine(loaders=LOADERS).get_template("table.html")
    return lambda: table.render(Context(TABLE))


def _compile() -> Callable[[], str]:
    engine = Engine(loaders=LOADERS)
    engine.get_template("base.html")
    return _page(engine.get_template("leaf.html"))


def _page(template: Any) -> Callable[[], str]:
    return lambda: template.render(Context(PAGE))
