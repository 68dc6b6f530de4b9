"""Matchers say whether a request fits, and what its path holds."""

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
    """Decide whether a request fits a rule."""

    #: The one path that is matched, where there is only one and nothing else counts.
    literal: str | None = None

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        """Match a request.

        :return: ``None`` if it does not fit, else keyword arguments for the target: nothing, or
            ``path_args`` and ``path_kwargs``.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define match")

    def reverse(self, *args: Any) -> str | None:
        """Give the URL that this matcher would match with `args`, ``None`` if that is unknown."""
        return None


class AnyMatches(Matcher):
    """Match every request."""

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        return {}


class HostMatches(Matcher):
    """Match the name of the host that is asked for, without the port.

    :param host_pattern: a regular expression. A text gets a ``$`` at its end; one with alternatives
        needs a group around them, ``(a|b)``. A compiled one is matched as it is, from the beginning.
    :raises re.error: it is not a regular expression; the message shows it.
    """

    def __init__(self, host_pattern: str | re.Pattern[str]) -> None:
        if isinstance(host_pattern, str):
            if not host_pattern.endswith("$"):
                host_pattern += "$"
            host_pattern = compiled(host_pattern)
        self.host_pattern = host_pattern

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        return {} if self.host_pattern.match(request.host_name) else None


class DefaultHostMatches(Matcher):
    """Match the application's ``default_host``, for requests that came without a proxy.

    :param application: whose ``default_host`` is compared.
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
    r"""Match the path of a request.

    :param path_pattern: a regular expression. A text gets a ``$`` at its end; one with alternatives
        needs a group around them, ``/(a|b)``. A compiled one is matched as it is, from the
        beginning. The groups become arguments: all of them by name, or all of them by position.
    :raises re.error: it is not a regular expression; the message shows it.
    """

    #: Whether nothing matches but what the pattern says. Subclasses may go by something else too.
    goes_by_pattern = True

    def __init_subclass__(cls, goes_by_pattern: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.goes_by_pattern = goes_by_pattern

    def __init__(self, path_pattern: str | re.Pattern[str]) -> None:
        if isinstance(path_pattern, str):
            if not path_pattern.endswith("$"):
                path_pattern += "$"
            path_pattern = compiled(path_pattern)
        self.regex = regex = path_pattern
        if len(regex.groupindex) not in (0, regex.groups):
            raise ValueError(f"a path pattern names all of its groups or none: {regex.pattern!r}")
        prefix, is_whole = literal_prefix(regex)
        #: What every path begins with that is matched; may be empty.
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
        # Both are read by applications that build menus of their routes.
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
                "path_kwargs": {name: unquoted(value) for name, value in named.items()},
            }
        return {"path_args": [unquoted(value) for value in match.groups()], "path_kwargs": {}}

    def _find_groups(self) -> tuple[str | None, int | None]:
        """Return what `reverse` works with; instrumentation asks for it to name a route."""
        return self._path, self._group_count

    def reverse(self, *args: Any) -> str | None:
        return self._reversal.fill(args)


def compiled(pattern: str, shown: str | None = None, flags: int = 0) -> re.Pattern[str]:
    """Compile a regular expression.

    :param shown: what the message of an error shows instead of the pattern.
    :raises re.error: it is not a regular expression.
    """
    try:
        return re.compile(pattern, flags)
    except re.error as error:
        message = f"the route pattern {shown or pattern!r} is not a regular expression: {error.msg}"
        raise re.error(message, error.pattern, error.pos) from error


def unquoted(text: str | None) -> bytes | None:
    """Undo the percent-encoding of a group; what did not match stays ``None``."""
    if text is None:
        return None
    octets = text.encode("latin-1")
    return url_unescape(octets, encoding=None, plus=False) if "%" in text else octets
