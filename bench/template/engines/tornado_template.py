"""tornado.template: whichever of the two is installed, ours or upstream's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work import PAGE, TABLE

from tornado.template import DictLoader

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

BASE = """<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>{% block title %}Shop{% end %}</title>
  <link rel="stylesheet" href="/static/site.css">
  {% block head %}{% end %}
</head>
<body>
<header>
  <h1>{{ site }}</h1>
  <nav>
    <ul>
      {% for entry in menu %}
      <li><a href="{{ entry["target"] }}">{{ entry["label"] }}</a></li>
      {% end %}
    </ul>
  </nav>
  {% if user %}
  <p>Signed in as {{ user["name"] }}</p>
  {% else %}
  <p><a href="/login">Sign in</a></p>
  {% end %}
</header>
<main>
  {% block body %}{% end %}
</main>
<footer>
  <p>{{ footer }}</p>
</footer>
</body>
</html>
"""
LEAF = """{% extends "base.html" %}
{% block title %}{{ title }}{% end %}
{% block body %}
  <h2>{{ title }}</h2>
  <p>{{ len(items) }} things</p>
  <ul class="items">
    {% for item in items %}
    <li class="{% if item["sold"] %}sold{% else %}free{% end %}">
      <a href="/item/{{ item["id"] }}">{{ item["name"] }}</a>
      <span class="price">{{ item["price"] }}</span>
      <p>{{ item["text"] }}</p>
    </li>
    {% end %}
  </ul>
{% end %}
"""
CELLS = """<table>
{% for row in table %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% end %}</tr>
{% end %}</table>
"""


def make(work: str) -> Callable[[], Any]:
    """Return a function that does the work once."""
    files = {"base.html": BASE, "leaf.html": LEAF, "table.html": CELLS}
    if work == "compile":
        return lambda: _page(DictLoader(files).load("leaf.html"))
    if work == "page":
        return _page(DictLoader(files).load("leaf.html"))
    table = DictLoader(files).load("table.html")
    return lambda: table.generate(**TABLE)


def _page(template: Any) -> Callable[[], bytes]:
    return lambda: template.generate(**PAGE)
