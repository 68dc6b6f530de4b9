"""The templates in Jinja2's words; the engines that speak almost the same derive theirs."""

from __future__ import annotations

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
