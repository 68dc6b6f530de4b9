"""Routing: which object answers a request.

A :class:`Router` chooses a :class:`tornado.httputil.HTTPMessageDelegate` for each request by its
head. Most applications never use one directly: a ``tornado.web.Application`` is a router, and its
list of patterns is a :class:`RuleRouter`. Routers nest, so that one server can serve several
applications::

    router = RuleRouter([
        Rule(HostMatches("admin.example.com"), admin_application),
        Rule(PathMatches("/api/.*"), api_application),
        Rule(AnyMatches(), site_application),
    ])
    HTTPServer(router).listen(8888)

Besides regular expressions there are paths with typed places (:class:`PathTemplate`), and a list of
routes that is a decorator for handlers (:class:`Routes`).

The first rule that matches wins. Rules for paths are looked up in a table, by the literal text that
their patterns begin with: a thousand of them cost about as much as one.
"""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first asked for

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.escape import url_escape, url_unescape, utf8
from tornado.util import import_object, publish, re_unescape

from ._matchers import AnyMatches, DefaultHostMatches, HostMatches, Matcher, PathMatches
from ._router import ReversibleRouter, Router
from ._rule_router import ReversibleRuleRouter, RuleRouter
from ._rules import Rule, URLSpec
from ._rules import _RuleList as _RuleList

if TYPE_CHECKING:
    from ._path_templates import Converter, PathTemplate
    from ._routes import Routes

__all__ = [
    "AnyMatches",
    "Converter",
    "DefaultHostMatches",
    "HostMatches",
    "Matcher",
    "PathMatches",
    "PathTemplate",
    "ReversibleRouter",
    "ReversibleRuleRouter",
    "Router",
    "Routes",
    "Rule",
    "RuleRouter",
    "URLSpec",
    "import_object",
    "re_unescape",
    "url_escape",
    "url_unescape",
    "utf8",
]

publish(
    globals(),
    {"Converter": "_path_templates", "PathTemplate": "_path_templates", "Routes": "_routes"},
)
