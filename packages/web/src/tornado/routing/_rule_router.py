"""Routers with a list of rules."""

from __future__ import annotations

import logging
import re
from functools import partial
from typing import TYPE_CHECKING, Any

from tornado.httputil import (
    CollectingDelegate,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    HTTPServerRequest,
)

from ._router import ReversibleRouter, Router
from ._rules import Rule, URLSpec, _RuleList
from ._table import Rules

if TYPE_CHECKING:
    from tornado.httpserver import Lifespan

app_log = logging.getLogger("tornado.application")


class RuleRouter(Router):
    """A router with a list of rules, of which the first one that matches wins.

    :param rules: :class:`Rule` objects, or tuples of their arguments. A text instead of a matcher
        is a pattern for the path.
    """

    def __init__(self, rules: _RuleList | None = None) -> None:
        #: The rules, in order. The list may be changed at any time: its table follows.
        self.rules = Rules()
        if rules:
            self.add_rules(rules)

    def add_rules(self, rules: _RuleList) -> None:
        """Append rules."""
        for rule in rules:
            self.rules.append(self.process_rule(_as_rule(rule)))

    def process_rule(self, rule: Rule) -> Rule:
        """Called before a rule is added. Override to change or replace it."""
        return rule

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> HTTPMessageDelegate | None:
        for rule in self.rules.candidates(request.path):
            params = rule.matcher.match(request)
            if params is None:
                continue
            if rule.target_kwargs:
                params["target_kwargs"] = rule.target_kwargs
            delegate = self.get_target_delegate(rule.target, request, **params)
            if delegate is not None:
                return delegate
        return None

    def get_lifespans(self) -> list[Lifespan]:
        lifespans: dict[Lifespan, None] = {}
        for rule in self.rules:
            # What answers for a FallbackHandler is in the arguments of its route.
            for target in (rule.target, rule.target_kwargs.get("fallback")):
                get_lifespans = getattr(target, "get_lifespans", None)
                if get_lifespans is not None:
                    lifespans.update(dict.fromkeys(get_lifespans()))
        return list(lifespans)

    def get_target_delegate(
        self, target: Any, request: HTTPServerRequest, **target_params: Any
    ) -> HTTPMessageDelegate | None:
        """Return the delegate for a rule's target. Override to support other targets.

        :param target_params: the results of the matcher (``path_args``, ``path_kwargs``) and the
            rule's ``target_kwargs``, if there are any. They are passed on to the ``find_handler``
            of a router and to a callable, after the request.
        :returns: ``None`` if the target does not answer this request; the next rule is tried.
        """
        connection: Any = request.connection
        if isinstance(target, Router):
            return target.find_handler(request, **target_params)
        if isinstance(target, HTTPServerConnectionDelegate):
            return target.start_request(request.server_connection, connection)
        if callable(target):
            return CollectingDelegate(partial(target, **target_params), request)
        return None


class ReversibleRuleRouter(ReversibleRouter, RuleRouter):
    """A router whose rules may have names."""

    def __init__(self, rules: _RuleList | None = None) -> None:
        self.named_rules: dict[str, Rule] = {}
        super().__init__(rules)

    def process_rule(self, rule: Rule) -> Rule:
        added = super().process_rule(rule)
        if not added.name:
            return added
        if added.name in self.named_rules:
            app_log.warning("two rules named %s; the last one is used", added.name)
        self.named_rules[added.name] = added
        return added

    def reverse_url(self, name: str, *args: Any) -> str | None:
        own = self.named_rules.get(name)
        if own is not None:
            return own.reverse(*args)
        nested = (rule.target for rule in self.rules if isinstance(rule.target, ReversibleRouter))
        urls = (router.reverse_url(name, *args) for router in nested)
        return next((url for url in urls if url is not None), None)


def _as_rule(rule: Any) -> Rule:
    if not isinstance(rule, tuple | list):
        return rule  # type: ignore[no-any-return]  # a Rule, or an object with the same attributes
    matcher, *rest = rule
    if not 1 <= len(rest) <= 3:
        raise TypeError(
            f"a route is a pattern, a handler, keyword arguments and a name, not {rule!r:.200}"
        )
    if isinstance(matcher, str | re.Pattern):
        return URLSpec(matcher, *rest)
    if not hasattr(matcher, "match"):
        raise TypeError(f"a route begins with a pattern or a matcher, not {matcher!r:.200}")
    return Rule(matcher, *rest)
