"""Rules: a matcher, and the target that answers what it matches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.util import import_object

from ._matchers import Matcher, PathMatches

if TYPE_CHECKING:
    import re


class Rule:
    """A connection of a matcher with a target.

    :param matcher: which requests the rule is for.
    :param target: what answers them: a handler class, a router, a
        :class:`tornado.httputil.HTTPServerConnectionDelegate`, or a callable. A callable is called
        with the request, with the keyword arguments ``path_args`` and ``path_kwargs`` if the
        pattern has groups, and with ``target_kwargs`` if the rule has any.
    :param target_kwargs: keyword arguments for the target, if it takes any.
    :param name: a name for ``reverse_url``.
    """

    def __init__(
        self,
        matcher: Matcher,
        target: Any,
        target_kwargs: dict[str, Any] | None = None,
        name: str | None = None,
    ) -> None:
        if isinstance(target, str):
            target = import_object(target)
        self.matcher = matcher
        self.target = target
        self.target_kwargs = target_kwargs or {}
        self.name = name

    def reverse(self, *args: Any) -> str | None:
        """Return the URL for `args`; ``None`` if the matcher has none."""
        return self.matcher.reverse(*args)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.matcher!r}, {self.target!r}, "
            f"kwargs={self.target_kwargs!r}, name={self.name!r})"
        )


class URLSpec(Rule):
    """A connection of a pattern for the path with a handler.

    :param pattern: a regular expression for the whole path; its groups become arguments of the
        handler's methods, by name or by position.
    :param handler: a ``RequestHandler`` class, or its dotted name.
    :param kwargs: keyword arguments for the handler's ``initialize``.
    :param name: a name for ``reverse_url``.
    """

    def __init__(
        self,
        pattern: str | re.Pattern[str],
        handler: Any,
        kwargs: dict[str, Any] | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(paths := PathMatches(pattern), handler, kwargs, name)
        # Programs that list their routes read these.
        self.handler_class, self.kwargs, self.regex = self.target, kwargs, paths.regex

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.regex.pattern!r}, {self.handler_class!r}, "
            f"kwargs={self.kwargs!r}, name={self.name!r})"
        )


#: What applications may pass as rules: rules and tuples, mixed.
_RuleList = list[
    Rule
    | list[Any]
    | tuple[str | Matcher, Any]
    | tuple[str | Matcher, Any, dict[str, Any]]
    | tuple[str | Matcher, Any, dict[str, Any], str]
]
