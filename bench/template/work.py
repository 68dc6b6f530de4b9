"""The work: what every engine has to print.

Three pieces of work, each with its data: ``page`` (inheritance, a loop of twenty things, every
value escaped), ``table`` (1,000 rows of 10 cells, escaped) and ``compile`` (the page's two files,
from text to something that renders).
"""

from __future__ import annotations

import html
import re
from typing import Any

PAGE: dict[str, Any] = {
    "site": "Shop & Co",
    "title": "Things & more",
    "footer": "All rights reserved",
    "user": {"name": "Ada <Lovelace>"},
    "menu": [
        {"label": "Home", "target": "/"},
        {"label": "New", "target": "/new"},
        {"label": "Sale", "target": "/sale?a=1&b=2"},
        {"label": "About", "target": "/about"},
    ],
    "items": [
        {
            "id": number,
            "name": f"Thing <{number}>",
            "price": f"{number}.95",
            "sold": number % 3 == 0,
            "text": f"A useful thing, number {number}, with some more text & such to read",
        }
        for number in range(20)
    ],
}
TABLE: dict[str, Any] = {
    "table": [[f"cell {row} <{column}>" for column in range(10)] for row in range(1000)]
}
DATA = {"page": PAGE, "table": TABLE, "compile": PAGE}


def normalize(text: str) -> str:
    """Return text as it is compared: white space between tags, and how a quote is written, vary."""
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s*(<[^>]*>)\s*", r"\1", text)
    return html.unescape(text.replace("&lt;", "\0l").replace("&gt;", "\0g").replace("&amp;", "\0a"))
