"""Routes that are declared beside their handlers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from ._literal_text import encoded_literal, fixed_beginning, literal_pattern
from ._matchers import Matcher, PathMatches, compile_pattern
from ._path_templates import PathTemplate
from ._reversal import Reversal
from ._rules import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")


class Routes(list[Rule]):
    """A list of routes that is also a decorator, which adds to it.

    ::

        routes = Routes()

        @routes("/user/{id:int}", name="user")
        class UserHandler(RequestHandler):
            def get(self, id):
                ...

        application = Application(routes)

    It is a list like any other, and can be joined with others. A part of a site may have its routes
    below a prefix of its own::

        users = Routes(prefix="/teams/{team}/users")

        @users("/{id:int}")
        class MemberHandler(RequestHandler):
            def get(self, team, id):
                ...

        application = Application([*routes, *users])

    :param rules: the first rules of the list; the prefix does not apply to them.
    :param prefix: the beginning of the decorators' paths. It begins with a slash, does not end with
        one, and may have typed places; before a regular expression it is literal text.
    :raises ValueError: the prefix has another form.

    .. versionadded:: 1.0
    """

    def __init__(self, rules: Iterable[Rule] = (), *, prefix: str = "") -> None:
        super().__init__(rules)
        if prefix and (prefix[0] != "/" or prefix[-1] == "/"):
            raise ValueError(f"a prefix begins with a slash and does not end with one: {prefix!r}")
        if prefix:
            PathTemplate(prefix)  # checks its braces
        self.prefix = prefix

    def __call__(
        self,
        path: str | re.Pattern[str] | Matcher,
        kwargs: dict[str, Any] | None = None,
        name: str | None = None,
    ) -> Callable[[T], T]:
        """Make a decorator that adds a route to the decorated class, and returns the class.

        :param path: a text for a :class:`PathTemplate`, a compiled regular expression for the whole
            path, or any :class:`Matcher` if there is no prefix.
        :param kwargs: keyword arguments for the handler's ``initialize``.
        :param name: a name for ``reverse_url``.
        :raises ValueError: the path cannot be combined with the prefix.
        """
        matcher = self._make_matcher(path)

        def add(target: T) -> T:
            self.append(Rule(matcher, target, kwargs, name))
            return target

        return add

    def _make_matcher(self, path: str | re.Pattern[str] | Matcher) -> Matcher:
        if isinstance(path, str):
            return PathTemplate(self.prefix + path)
        if isinstance(path, re.Pattern):
            return _PatternBelow(self.prefix, path)
        if self.prefix:
            raise ValueError(f"{path!r} is a matcher, which cannot have the prefix {self.prefix!r}")
        return path


class _PatternBelow(PathMatches, goes_by_pattern=True):
    """A matcher of a literal prefix and a regular expression for the rest of the path."""

    def __init__(self, prefix: str, rest: re.Pattern[str]) -> None:
        if "{" in prefix:
            raise ValueError(
                f"the prefix {prefix!r} has places, so {rest.pattern!r} has to be a template"
            )
        pattern = rest.pattern.removeprefix("^")
        if rest.flags & re.VERBOSE:
            pattern += "\n"  # the end of a comment
        if not pattern.endswith("$"):
            pattern = f"(?:{pattern})$" if "|" in pattern else f"{pattern}$"
        below = f"(?:{pattern})" if "|" in pattern else pattern
        super().__init__(compile_pattern(literal_pattern(prefix) + below, flags=rest.flags))
        self._encoded_prefix = encoded_literal(prefix)
        if not self.prefix and not rest.flags & re.IGNORECASE:
            self.prefix = fixed_beginning(self._encoded_prefix)
        # The groups are those of the rest, without the one around alternatives.
        self._rest = Reversal(compile_pattern(rest.pattern, flags=rest.flags))

    def reverse(self, *args: Any) -> str:
        url = self._encoded_prefix + self._rest.fill(args)
        if self.regex.match(url) is None:  # `rest` alone need not match to its end
            raise ValueError(
                f"cannot reverse {self.regex.pattern!r}: it does not match {url!r:.200}"
            )
        return url
