"""Links made of the URLs in a text.

A URL starts with a scheme and its slashes or with ``www.``. It ends before white space, a quote, an
angle bracket, a control character, or a parenthesis without its partner. Punctuation at its end
belongs to the sentence around it.

Each character is read a bounded number of times, so the time is linear. Only the search for the
partners of parentheses could take longer; :class:`_Runs` finds the partners in a whole run of characters
at once.
"""

from __future__ import annotations

import re

from ._html import xhtml_escape
from ._text import text_of

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_START = re.compile(r":/{1,3}|www\.")
_WORD_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
_SCHEME_CHARACTERS = _WORD_CHARACTERS + "-"
_MAX_SCHEME_LENGTH = 40
_STOP = re.compile(r"[\s<>\"'\x00-\x1f\x7f]")
_STOP_OR_PARENTHESIS = re.compile(r"[\s<>\"'()\x00-\x1f\x7f]")
_PARENTHESIS = re.compile(r"[()]")
_SENTENCE_MARKS = "!#$%&*+,.:;=?@[\\]^`{|}~\u00ab\u00bb\u2018\u2019\u201c\u201d\u2026\u3001\u3002"
_HARMFUL = frozenset({"javascript", "vbscript", "data"})

#: ``shorten`` cuts URLs longer than this, in characters.
_MAX_LENGTH = 30
#: How many characters of the path it keeps.
_MAX_PATH_LENGTH = 8
#: If host and path together are still longer than this, only the first characters are kept.
_MAX_HOST_LENGTH = 45


class _Link(str):
    """A ``str`` that is markup already."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def linkify(
    text: str | bytes,
    shorten: bool = False,
    extra_params: str | Callable[[str], str] = "",
    require_protocol: bool = False,
    permitted_protocols: Collection[str] = ("http", "https"),
) -> str:
    """Escape a text for HTML and make links of the URLs in it.

    >>> linkify("See http://tornadoweb.org, and <b>")
    'See <a href="http://tornadoweb.org">http://tornadoweb.org</a>, and &lt;b&gt;'

    The result has a method ``__html__``, so templates and :func:`xhtml_escape` do not escape it again.

    :param text: text or UTF-8 bytes; markup in it is escaped.
    :param shorten: show long URLs shortened, with the whole URL in the ``title`` attribute.
    :param extra_params: attributes to put into each tag, such as ``'rel="nofollow"'``, or a
        function that takes the escaped URL of a link and returns them.
    :param require_protocol: leave ``www.example.com`` alone; only URLs with a scheme are links.
    :param permitted_protocols: the schemes that become links. ``javascript``, ``vbscript`` and
        ``data``, which can run code in the page, never do.
    """
    plain = text_of(text)
    permitted = {*map(str.lower, permitted_protocols)} - _HARMFUL
    runs = _Runs(plain)
    pieces: list[str] = []
    done = position = 0
    while found := _START.search(plain, position):
        prefix = _find_prefix(plain, position, found)
        if prefix is None:
            position = found.end()
            continue
        start = found.end() - len(prefix)
        scheme, colon, _ = prefix.partition(":")
        position = runs.end(found.end())
        is_wanted = scheme.lower() in permitted if colon else not require_protocol
        body = plain[found.end() : position].rstrip(_SENTENCE_MARKS)
        if not is_wanted or not any(map(str.isalnum, body)):
            continue
        pieces += (
            xhtml_escape(plain[done:start]),
            _make_anchor(prefix + body, prefix if colon else "", shorten, extra_params),
        )
        done = start + len(prefix) + len(body)
    pieces.append(xhtml_escape(plain[done:]))
    return _Link("".join(pieces))


def _find_prefix(text: str, position: int, found: re.Match[str]) -> str | None:
    """Return the start of a URL: its scheme with the slashes, or ``www.``.

    :param position: the end of the URL before this one.
    :returns: None if no URL starts here: there is a letter before it, or no scheme.
    """
    before = text[max(position, found.start() - _MAX_SCHEME_LENGTH) : found.start()]
    if found[0] == "www.":
        return None if before and before[-1] in _WORD_CHARACTERS else "www."
    scheme = before[len(before.rstrip(_SCHEME_CHARACTERS)) :].lstrip("-")
    return scheme + found[0] if scheme else None


class _Runs:
    """A finder of the ends of URLs in a text, which pairs the parentheses of each run only once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._paired_to = 0
        self._closing: dict[int, int] = {}

    def end(self, position: int) -> int:
        """Return the end of the characters that a URL may have, including pairs of parentheses."""
        while found := _STOP_OR_PARENTHESIS.search(self._text, position):
            position = found.start()
            if found[0] != "(":
                return position
            if position >= self._paired_to:
                self._pair(position)
            closing = self._closing.get(position)
            if closing is None:
                return position
            position = closing + 1
        return len(self._text)

    def _pair(self, position: int) -> None:
        stop = _STOP.search(self._text, position)
        self._paired_to = stop.start() if stop else len(self._text)
        opened: list[int] = []
        for found in _PARENTHESIS.finditer(self._text, position, self._paired_to):
            if found[0] == "(":
                opened.append(found.start())
            elif opened:
                self._closing[opened.pop()] = found.start()


def _make_anchor(
    url: str, prefix: str, shorten: bool, extra_params: str | Callable[[str], str]
) -> str:
    text = xhtml_escape(url)
    href = text if prefix else "http://" + text
    extra = (extra_params(href) if callable(extra_params) else extra_params).strip()
    attributes = f' href="{href}"' + (f" {extra}" if extra else "")
    short = _shorten(url, prefix) if shorten else url
    if short != url:
        text = xhtml_escape(short)
        attributes += f' title="{href}"'
    return f"<a{attributes}>{text}</a>"


def _shorten(url: str, prefix: str) -> str:
    """Return the host and the beginning of the path's first segment, without suffix and query."""
    if len(url) <= _MAX_LENGTH:
        return url
    host, slash, path = url[len(prefix) :].partition("/")
    segment = path.partition("/")[0][:_MAX_PATH_LENGTH].partition("?")[0].partition(".")[0]
    short = prefix + host + slash + segment
    if len(short) > _MAX_HOST_LENGTH:
        short = short[:_MAX_LENGTH]
    return short + "..." if len(short) + 3 < len(url) else url
