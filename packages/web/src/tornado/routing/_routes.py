"""Routes that are written where their handlers are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from ._matchers import Matcher, PathMatches
from ._path_templates import PathTemplate
from ._rules import Rule

if TYPE_CHECKING:
    from collections.abc import Callable

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

    The list may be used wherever a list of routes is taken, and be joined with others.

    .. versionadded:: 1.0
    """

    def __call__(
        self,
        path: str | re.Pattern[str] | Matcher,
        kwargs: dict[str, Any] | None = None,
        name: str | None = None,
    ) -> Callable[[T], T]:
        """Make a decorator that adds a route to the decorated class, and returns the class.

        :param path: a text is the template of a :class:`PathTemplate`, a compiled regular
            expression is one for the whole path; or any :class:`Matcher`.
        :param kwargs: keyword arguments for the handler's ``initialize``.
        :param name: a name for ``reverse_url``.
        """
        matcher: Matcher
        if isinstance(path, str):
            matcher = PathTemplate(path)
        elif isinstance(path, re.Pattern):
            matcher = PathMatches(path)
        else:
            matcher = path

        def add(target: T) -> T:
            self.append(Rule(matcher, target, kwargs, name))
            return target

        return add
