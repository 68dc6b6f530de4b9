"""Jinja2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import DictLoader, Environment
from work import PAGE, TABLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

BASE = """<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>{% block title %}Shop{% endblock %}</title>
  <link rel="stylesheet" href="/static/site.css">
  {% block head %}{% endblock %}
</head>
<body>
<header>
  <h1>{{ site }}</h1>
  <nav>
    <ul>
      {% for entry in menu %}
      <li><a href="{{ entry["target"] }}">{{ entry["label"] }}</a></li>
      {% endfor %}
    </ul>
  </nav>
  {% if user %}
  <p>Signed in as {{ user["name"] }}</p>
  {% else %}
  <p><a href="/login">Sign in</a></p>
  {% endif %}
</header>
<main>
  {% block body %}{% endblock %}
</main>
<footer>
  <p>{{ footer }}</p>
</footer>
</body>
</html>
"""
LEAF = """{% extends "base.html" %}
{% block title %}{{ title }}{% endblock %}
{% block body %}
  <h2>{{ title }}</h2>
  <p>{{ items|length }} things</p>
  <ul class="items">
    {% for item in items %}
    <li class="{% if item["sold"] %}sold{% else %}free{% endif %}">
      <a href="/item/{{ item["id"] }}">{{ item["name"] }}</a>
      <span class="price">{{ item["price"] }}</span>
      <p>{{ item["text"] }}</p>
    </li>
    {% endfor %}
  </ul>
{% endblock %}
"""
CELLS = """<table>
{% for row in table %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</table>
"""
FILES = {"base.html": BASE, "leaf.html": LEAF, "table.html": CELLS}


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
