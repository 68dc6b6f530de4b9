"""The floor: what somebody would write who has no engine, and knows where Python is fast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import _escape_inner as escape
from work import PAGE, TABLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def make(work: str) -> Callable[[], Any]:
    """Return a function that does the work once."""
    if work == "compile":
        raise LookupError("there is nothing to compile")
    if work == "page":
        return lambda: page(**PAGE)
    return lambda: table(**TABLE)


def table(table: list[list[str]]) -> bytes:
    """Render the table."""
    rows = [f"<tr>{''.join([f'<td>{escape(cell)}</td>' for cell in row])}</tr>\n" for row in table]
    return f"<table>\n{''.join(rows)}</table>\n".encode()


def page(
    site: str,
    title: str,
    footer: str,
    user: dict[str, str],
    menu: list[dict[str, str]],
    items: list[dict[str, Any]],
) -> bytes:
    """Render the page."""
    links = "".join(
        [
            f'<li><a href="{escape(entry["target"])}">{escape(entry["label"])}</a></li>\n'
            for entry in menu
        ]
    )
    greeting = (
        f"<p>Signed in as {escape(user['name'])}</p>"
        if user
        else '<p><a href="/login">Sign in</a></p>'
    )
    things = "".join(
        [
            f"""<li class="{"sold" if item["sold"] else "free"}">
      <a href="/item/{item["id"]}">{escape(item["name"])}</a>
      <span class="price">{escape(item["price"])}</span>
      <p>{escape(item["text"])}</p>
    </li>
"""
            for item in items
        ]
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>{escape(title)}</title>
  <link rel="stylesheet" href="/static/site.css">
</head>
<body>
<header>
  <h1>{escape(site)}</h1>
  <nav>
    <ul>
      {links}
    </ul>
  </nav>
  {greeting}
</header>
<main>
  <h2>{escape(title)}</h2>
  <p>{len(items)} things</p>
  <ul class="items">
    {things}
  </ul>
</main>
<footer>
  <p>{escape(footer)}</p>
</footer>
</body>
</html>
""".encode()
