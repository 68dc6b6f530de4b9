"""Query strings: reading their arguments, and adding arguments to a URL."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def url_concat(
    url: str,
    args: Mapping[str, str | bytes] | Sequence[tuple[str, str | bytes]] | None,
) -> str:
    """Add arguments to the query of a URL, before its fragment.

    >>> url_concat("http://example.com/foo?a=b#top", [("c", "d e")])
    'http://example.com/foo?a=b&c=d+e#top'

    The arguments that the URL has already stay, in order, and are encoded again.

    :param args: a dictionary, or a list or tuple of pairs for repeated names; None changes nothing.
    :raises TypeError: the arguments are of another type.
    """
    if args is None:
        return url
    if not isinstance(args, (dict, list, tuple)):
        raise TypeError(f"args of url_concat is a {type(args).__name__}, not a dict, list or tuple")
    parts = urlsplit(url)
    query: list[tuple[str, str | bytes]] = []
    query.extend(parse_qsl(parts.query, keep_blank_values=True))
    query.extend(args.items() if isinstance(args, dict) else args)
    return parts._replace(query=urlencode(query)).geturl()


def qs_to_qsl(qs: Mapping[str, list[bytes]]) -> Iterable[tuple[str, bytes]]:
    """Turn a dictionary of lists of values into pairs of name and value.

    >>> list(qs_to_qsl({"a": [b"1", b"2"]}))
    [('a', b'1'), ('a', b'2')]

    .. versionadded:: 1.0
    """
    for name, values in qs.items():
        for value in values:
            yield name, value
