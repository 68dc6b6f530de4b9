"""minijinja: the templates of Jinja2, the engine in Rust."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minijinja import Environment
from work import PAGE, TABLE

from engines.texts import FILES

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def make(work: str) -> Callable[[], Any]:
    """Return a function that does the work once."""
    environment = _environment()
    if work == "compile":
        return _compile
    if work == "page":
        return lambda: environment.render_template("leaf.html", **PAGE)
    return lambda: environment.render_template("table.html", **TABLE)


def _environment() -> Environment:
    return Environment(templates=FILES)


def _compile() -> Callable[[], str]:
    environment = Environment()
    environment.add_template("base.html", FILES["base.html"])
    environment.add_template("leaf.html", FILES["leaf.html"])
    return lambda: environment.render_template("leaf.html", **PAGE)
