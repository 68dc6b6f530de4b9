"""The ``Forwarded`` field (RFC 7239)."""

from __future__ import annotations

import re

from tornado.httputil import TOKEN

# forwarded-pair = token "=" ( token / quoted-string ) (RFC 7239 section 4). Many proxies write a
# value with a colon without the quotes that it needs; no reader can misunderstand it.
_PAIR = re.compile(rf'({TOKEN})=(?:([^\s",;=]++)|"((?:[^"\\]++|\\.)*)")')
_ESCAPED = re.compile(r"\\(.)")


def parse_forwarded(value: str) -> list[dict[str, str]]:
    """Parse a Forwarded field; several of them are one, joined with commas.

    :returns: an element per proxy, the nearest one last, with its parameters in lower case; an empty
        list if the field breaks the grammar anywhere.
    """
    elements: list[dict[str, str]] = [{}]
    at, end = 0, len(value)
    while True:
        while at < end and value[at] in " \t":
            at += 1
        pair = _PAIR.match(value, at)
        if pair is not None:
            name = pair[1].lower()
            if name in elements[-1]:
                return []
            elements[-1][name] = pair[2] or _ESCAPED.sub(r"\1", pair[3] or "")
            at = pair.end()
        while at < end and value[at] in " \t":
            at += 1
        if at == end:
            return [element for element in elements if element]
        if value[at] == ",":
            elements.append({})
        elif value[at] != ";":
            return []
        at += 1
