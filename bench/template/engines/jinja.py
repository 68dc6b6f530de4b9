"""Jinja2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import DictLoader, Environment
from work import PAGE, TABLE

from engines.texts import FILES

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def make(work: str) -> Callable[[], Any]:
    """Return a function that does the work once."""
    if work == "compile":
        return _compile
    if work == "page":
        return _page(_environment().get_template("leaf.html"))
    table = _environment().get_template("table.html")
    return lambda: table.render(**TABLE)


def _environment() -> Environment:
    return Environment(loader=DictLoader(FILES), autoescape=True)


def _compile() -> Callable[[], str]:
    environment = _environment()
    environment.get_template("base.html")
    return _page(environment.get_template("leaf.html"))


def _page(template: Any) -> Callable[[], str]:
    return lambda: template.render(**PAGE)
