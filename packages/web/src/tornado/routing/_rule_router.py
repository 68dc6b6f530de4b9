"""The router that goes by rules."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from tornado.httputil import (
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    HTTPServerRequest,
)

from ._router import ReversibleRouter, Router
from ._rules import Rule, URLSpec, _RuleList
from ._table import Rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from tornado.httpserver import Lifespan

app_log = logging.getLogger("tornado.application")


class RuleRouter(Router):
    """Go by a list of rules; the first one that matches wins.

    :param rules: :class:`Rule` objects, or tuples of their arguments. A text in the place of the
        matcher is a pattern for the path.
    """

    def __init__(self, rules: _RuleList | None = None) -> None:
        #: The rules, in order. Change the list as you like: the table behind it follows.
        self.rules = Rules()
        if rules:
            self.add_rules(rules)

    def add_rules(self, rules: _RuleList) -> None:
        """Append rules."""
        for rule in rules:
            self.rules.append(self.process_rule(_as_rule(rule)))

    def process_rule(self, rule: Rule) -> Rule:
        """Look at a rule before it is added; subclasses may change or replace it."""
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
        found: dict[Lifespan, None] = {}
        for rule in self.rules:
            get_lifespans = getattr(rule.target, "get_lifespans", None)
            if get_lifespans is not None:
                found.update(dict.fromkeys(get_lifespans()))
        return list(found)

    def get_target_delegate(
        self, target: Any, request: HTTPServerRequest, **target_params: Any
    ) -> HTTPMessageDelegate | None:
        """Make the delegate for a rule's target.

        :param target_params: what the matcher found (``path_args``, ``path_kwargs``) and the
            rule's ``target_kwargs``, each where there is any. A router gets them by its
            ``find_handler``, a callable beside the request.
        :return: ``None`` if the target has no answer for this request; the next rule is tried.
        """
        connection: Any = request.connection
        if isinstance(target, Router):
            return target.find_handler(request, **target_params)
        if isinstance(target, HTTPServerConnectionDelegate):
            return target.start_request(request.server_connection, connection)
        if callable(target):
            return _CallableTarget(target, request, **target_params)
        return None


class ReversibleRuleRouter(ReversibleRouter, RuleRouter):
    """A router by rules, whose rules may have names."""

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
        return rule  # type: ignore[no-any-return]  # a Rule, or something of the same form
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


class _CallableTarget(HTTPMessageDelegate):
    """Collect a request and call a function with it."""

    def __init__(
        self, target: Callable[..., object], request: HTTPServerRequest, **params: Any
    ) -> None:
        self._target = target
        self._params = params
        self._request = request
        self._chunks: list[bytes] = []

    def data_received(self, chunk: bytes) -> None:
        self._chunks.append(chunk)

    def finish(self) -> None:
        self._request.set_body(b"".join(self._chunks))
        self._target(self._request, **self._params)

    def on_connection_close(self) -> None:
        self._chunks.clear()
