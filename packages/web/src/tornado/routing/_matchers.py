"""Matchers: whether a request fits a rule, and the arguments in its path."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from tornado.escape import url_unescape

from ._literal_text import encoded_literal, literal_prefix
from ._reversal import Reversal

if TYPE_CHECKING:
    from tornado.httputil import HTTPServerRequest


app_log = logging.getLogger("tornado.application")


class Matcher:
    """A condition of a rule that requests fit or do not fit."""

    #: The only path that is matched, if the path alone decides and there is only one.
    literal: str | None = None

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        """Called with each request. Override to match it.

        :returns: ``None`` if it does not fit, otherwise keyword arguments for the target: none, or
            ``path_args`` and ``path_kwargs``.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define match")

    def reverse(self, *args: Any) -> str | None:
        """Return the URL that this matcher would match with `args`; ``None`` if it is unknown."""
        return None


class AnyMatches(Matcher):
    """A matcher of every request."""

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        return {}


class HostMatches(Matcher):
    """A matcher of the requested host, without the port.

    :param host_pattern: a regular expression. A ``$`` is appended to a text; one with alternatives
        needs a group around them, ``(a|b)``. A compiled one is matched as it is, from the beginning.
    :raises re.error: it is not a regular expression; the message contains it.
    """

    def __init__(self, host_pattern: str | re.Pattern[str]) -> None:
        if isinstance(host_pattern, str):
            if not host_pattern.endswith("$"):
                host_pattern += "$"
            host_pattern = compile_pattern(host_pattern)
        self.host_pattern = host_pattern

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        return {} if self.host_pattern.match(request.host_name) else None


class DefaultHostMatches(Matcher):
    """A matcher of the application's ``default_host``, for requests without a proxy.

    :param application: its ``default_host`` is matched.
    :param host_pattern: a compiled regular expression.
    """

    def __init__(self, application: Any, host_pattern: re.Pattern[str]) -> None:
        self.application = application
        self.host_pattern = host_pattern

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        if "X-Real-Ip" in request.headers:
            return None
        return {} if self.host_pattern.match(self.application.default_host) else None


class PathMatches(Matcher):
    r"""A matcher of the path of a request.

    :param path_pattern: a regular expression. A ``$`` is appended to a text; one with alternatives
        needs a group around them, ``/(a|b)``. A compiled one is matched as it is, from the
        beginning. The groups become arguments: all of them by name, or all of them by position.
    :raises re.error: it is not a regular expression; the message contains it.
    :raises ValueError: it has groups with and without a name.
    """

    #: Whether only the pattern decides. False for subclasses, which may match something else.
    goes_by_pattern = True

    def __init_subclass__(cls, goes_by_pattern: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.goes_by_pattern = goes_by_pattern

    def __init__(self, path_pattern: str | re.Pattern[str]) -> None:
        if isinstance(path_pattern, str):
            if not path_pattern.endswith("$"):
                path_pattern += "$"
            path_pattern = compile_pattern(path_pattern)
        self.regex = regex = path_pattern
        if len(regex.groupindex) not in (0, regex.groups):
            raise ValueError(f"a path pattern names all of its groups or none: {regex.pattern!r}")
        prefix, is_whole = literal_prefix(regex)
        #: The beginning of every path that is matched; may be empty.
        self.prefix = prefix
        if not prefix.isascii() or " " in prefix:
            app_log.warning(
                "the route pattern %r can never match: paths arrive percent-encoded, so write %r,"
                " or use a PathTemplate",
                regex.pattern,
                encoded_literal(prefix) + "...",
            )
        if is_whole and self.goes_by_pattern:
            self.literal = prefix
        self._reversal = Reversal(regex)
        # Applications that build menus of their routes read both.
        self._path = self._reversal.path
        self._group_count = self._reversal.group_count

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        regex = self.regex
        match = regex.match(request.path)
        if match is None:
            return None
        if not regex.groups:
            return {}
        if regex.groupindex:
            named = match.groupdict()
            return {
                "path_args": [],
                "path_kwargs": {name: decode_group(value) for name, value in named.items()},
            }
        return {"path_args": [decode_group(value) for value in match.groups()], "path_kwargs": {}}

    def _find_groups(self) -> tuple[str | None, int | None]:
        """Return the path and the number of groups; instrumentation names a route by them."""
        return self._path, self._group_count

    def reverse(self, *args: Any) -> str | None:
        return self._reversal.fill(args)


def compile_pattern(pattern: str, source: str | None = None, flags: int = 0) -> re.Pattern[str]:
    """Compile a regular expression.

    :param source: the text that the message of an error contains instead of the pattern.
    :raises re.error: it is not a regular expression.
    """
    try:
        return re.compile(pattern, flags)
    except re.error as error:
        message = (
            f"the route pattern {source or pattern!r} is not a regular expression: {error.msg}"
        )
        raise re.error(message, error.pattern, error.pos) from error


def decode_group(text: str | None) -> bytes | None:
    """Decode the percent-encoding of a group; ``None`` for one that did not match."""
    if text is None:
        return None
    octets = text.encode("latin-1")
    return url_unescape(octets, encoding=None, plus=False) if "%" in text else octets
