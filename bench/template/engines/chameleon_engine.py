"""Chameleon: page templates, with a macro for inheritance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chameleon import PageTemplate
from work import PAGE, TABLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

BASE = """<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title><metal:title define-slot="title">Shop</metal:title></title>
  <link rel="stylesheet" href="/static/site.css">
  <metal:head define-slot="head"></metal:head>
</head>
<body>
<header>
  <h1>${site}</h1>
  <nav>
    <ul>
      <li tal:repeat="entry menu"><a href="${entry['target']}">${entry['label']}</a></li>
    </ul>
  </nav>
  <p tal:condition="user">Signed in as ${user['name']}</p>
  <p tal:condition="not user"><a href="/login">Sign in</a></p>
</header>
<main>
  <metal:body define-slot="body"></metal:body>
</main>
<footer>
  <p>${footer}</p>
</footer>
</body>
</html>
"""
LEAF = """<metal:page use-macro="base">
<metal:title fill-slot="title">${title}</metal:title>
<metal:body fill-slot="body">
  <h2>${title}</h2>
  <p>${len(items)} things</p>
  <ul class="items">
    <li class="${'sold' if item['sold'] else 'free'}" tal:repeat="item items">
      <a href="/item/${item['id']}">${item['name']}</a>
      <span class="price">${item['price']}</span>
      <p>${item['text']}</p>
    </li>
  </ul>
</metal:body>
</metal:page>
"""
CELLS = """<table>
<tr tal:repeat="row table"><td tal:repeat="cell row">${cell}</td></tr>
</table>
"""


def make(work: str) -> Callable[[], Any]:
    """Return a function that does the work once."""
    if work == "compile":
        return _compile
    if work == "page":
        return _compile()
    table = PageTemplate(CELLS)
    return lambda: table.render(**TABLE)


def _compile() -> Callable[[], str]:
    base, leaf = PageTemplate(BASE), PageTemplate(LEAF)
    base.cook_check()
    leaf.cook_check()
    return lambda: leaf.render(base=base, **PAGE)
