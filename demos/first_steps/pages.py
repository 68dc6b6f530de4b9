"""The look of the demo: one layout for all of its pages."""

from __future__ import annotations

from tornado.escape import xhtml_escape

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --accent: #2a7de1; }
* { box-sizing: border-box; }
body { font: 17px/1.6 system-ui, sans-serif; margin: 0 auto; max-width: 44rem; padding: 1.5rem; }
header { align-items: baseline; border-bottom: 1px solid var(--line); display: flex;
  flex-wrap: wrap; gap: .2rem 1.2rem; margin-bottom: 1.5rem; padding-bottom: .8rem; }
header strong { font-size: 1.2rem; margin-right: auto; }
a { color: var(--accent); }
code, pre { background: #8882; border-radius: .3rem; padding: .1em .35em; }
pre { overflow-x: auto; padding: 1rem; }
form { border: 1px solid var(--line); border-radius: .5rem; display: grid; gap: .8rem;
  margin: 1rem 0; padding: 1rem; }
input { border: 1px solid var(--line); border-radius: .3rem; font: inherit; padding: .4rem .6rem; }
input[type=submit] { background: var(--accent); color: #fff; cursor: pointer; justify-self: start; }
dt { font-weight: 600; } dd { margin: 0 0 .6rem; }
"""

_LINKS = [
    ("/hello", "Hello"),
    ("/story/7", "Story 7"),
    ("/form", "Form"),
    ("/upload", "Upload"),
    ("/old", "Redirect"),
    ("/secret", "403"),
]


def page(title: str, content: str) -> str:
    """Put content, which is HTML, into the layout; the title is a text."""
    links = " ".join(f'<a href="{path}">{text}</a>' for path, text in _LINKS)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{xhtml_escape(title)}</title><style>{_STYLE}</style></head>"
        f'<body><header><strong><a href="/">First steps</a></strong> {links}</header>'
        f"<main><h1>{xhtml_escape(title)}</h1>{content}</main></body></html>\n"
    )
