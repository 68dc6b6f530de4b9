"""Mako, escaping every value by default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mako.lookup import TemplateLookup
from work import PAGE, TABLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

BASE = """<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title><%block name="heading">Shop</%block></title>
  <link rel="stylesheet" href="/static/site.css">
  <%block name="head"></%block>
</head>
<body>
<header>
  <h1>${site}</h1>
  <nav>
    <ul>
      % for entry in menu:
      <li><a href="${entry["target"]}">${entry["label"]}</a></li>
      % endfor
    </ul>
  </nav>
  % if user:
  <p>Signed in as ${user["name"]}</p>
  % else:
  <p><a href="/login">Sign in</a></p>
  % endif
</header>
<main>
  <%block name="content"></%block>
</main>
<footer>
  <p>${footer}</p>
</footer>
</body>
</html>
"""
LEAF = """<%inherit file="base.html"/>
<%block name="heading">${title}</%block>
<%block name="content">
  <h2>${title}</h2>
  <p>${len(items)} things</p>
  <ul class="items">
    % for item in items:
    <li class="${"sold" if item["sold"] else "free"}">
      <a href="/item/${item["id"]}">${item["name"]}</a>
      <span class="price">${item["price"]}</span>
      <p>${item["text"]}</p>
    </li>
    % endfor
  </ul>
</%block>
"""
CELLS = """<table>
% for row in table:
<tr>
% for cell in row:
<td>${cell}</td>
% endfor
</tr>
% endfor
</table>
"""


def make(work: str) -> Callable[[], Any]:
    """Return a function that does the work once."""
    if work == "compile":
        return lambda: _page(_lookup().get_template("leaf.html"))
    if work == "page":
        return _page(_lookup().get_template("leaf.html"))
    table = _lookup().get_template("table.html")
    return lambda: table.render(**TABLE)


def _lookup() -> TemplateLookup:
    lookup = TemplateLookup(default_filters=["h"])
    lookup.put_string("base.html", BASE)
    lookup.put_string("leaf.html", LEAF)
    lookup.put_string("table.html", CELLS)
    return lookup


def _page(template: Any) -> Callable[[], str]:
    return lambda: template.render(**PAGE)
