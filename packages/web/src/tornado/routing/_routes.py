"""Routes that are written where their handlers are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from ._literal_text import literal_pattern
from ._matchers import Matcher, PathMatches, compiled
from ._path_templates import PathTemplate
from ._rules import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")


class Routes(list[Rule]):
    """A list of routes, to which a decorator adds.

    ::

        routes = Routes()

        @routes("/user/{id:int}", name="user")
        class UserHandler(RequestHandler):
            def get(self, id):
                ...

        application = Application(routes)

    The list may be used wherever a list of routes is taken, and be joined with others. A part of a
    site may have its routes below a prefix of their own::

        users = Routes(prefix="/teams/{team}/users")

        @users("/{id:int}")
        class MemberHandler(RequestHandler):
            def get(self, team, id):
                ...

        application = Application([*routes, *users])

    :param rules: what the list holds at first; the prefix is not for these.
    :param prefix: what the paths that are decorated with begin with. It begins with a slash, does
        not end with one, and may have typed places. It stands in front of templates and of regular
        expressions; there it is literal text.
    :raises ValueError: the prefix has another form.

    .. versionadded:: 1.0
    """

    def __init__(self, rules: Iterable[Rule] = (), *, prefix: str = "") -> None:
        super().__init__(rules)
        if prefix and (prefix[0] != "/" or prefix[-1] == "/"):
            raise ValueError(f"a prefix begins with a slash and does not end with one: {prefix!r}")
        PathTemplate(prefix)  # its braces have a sense
        self.prefix = prefix

    def __call__(
        self,
        path: str | re.Pattern[str] | Matcher,
        kwargs: dict[str, Any] | None = None,
        name: str | None = None,
    ) -> Callable[[T], T]:
        """Make a decorator that adds a route to the decorated class, and returns the class.

        :param path: a text is the template of a :class:`PathTemplate`, a compiled regular
            expression is one for the whole path; or any :class:`Matcher`, but not with a prefix.
        :param kwargs: keyword arguments for the handler's ``initialize``.
        :param name: a name for ``reverse_url``.
        :raises ValueError: the path has no sense below the prefix.
        """
        matcher = self._matcher(path)

        def add(target: T) -> T:
            self.append(Rule(matcher, target, kwargs, name))
            return target

        return add

    def _matcher(self, path: str | re.Pattern[str] | Matcher) -> Matcher:
        if isinstance(path, str):
            return PathTemplate(self.prefix + path)
        if not self.prefix:
            return PathMatches(path) if isinstance(path, re.Pattern) else path
        if not isinstance(path, re.Pattern):
            raise ValueError(
                f"{path!r} matches by itself, so the prefix {self.prefix!r} means nothing"
            )
        if "{" in self.prefix:
            raise ValueError(
                f"the prefix {self.prefix!r} has places, so {path.pattern!r} has to be a template"
            )
        pattern = path.pattern.removeprefix("^")
        if "|" in pattern:
            pattern = f"(?:{pattern})"
        return PathMatches(compiled(literal_pattern(self.prefix) + pattern, flags=path.flags))
