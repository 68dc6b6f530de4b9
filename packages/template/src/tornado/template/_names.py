"""Which names a template expects from those who render it."""

from __future__ import annotations

import builtins
import dis
from types import CodeType

from ._runtime import DEFAULTS

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._source import Source
    from ._template import Template

#: What :class:`tornado.web.RequestHandler` gives to the templates that it renders.
WEB_NAMES = frozenset(
    {
        "_",
        "current_user",
        "handler",
        "locale",
        "modules",
        "pgettext",
        "request",
        "reverse_url",
        "static_url",
        "xsrf_form_html",
    }
)
_LOADS = ("LOAD_GLOBAL", "LOAD_NAME")


def expected_names(template: Template) -> dict[str, tuple[Source, int]]:
    """Return the names that a template takes from its namespace, and where each is used first.

    Names that every template has, builtins and the names of the template's loader are left out.

    :returns: for each name the source that uses it and the line there.
    """
    program = template._get_program(0)
    known = {*DEFAULTS, *dir(builtins), *template.namespace, "__name__", "__loader__"}
    found: dict[str, tuple[Source, int]] = {}
    for name, line in _loads(program.code):
        if name in known or name in found or name.startswith("_tt_"):
            continue
        mark = program.marks[line - 1]
        if mark is not None:
            found[name] = mark.scope.source, mark.scope.source.line(mark.offset)
    return found


def _loads(code: CodeType) -> Iterator[tuple[str, int]]:
    """Yield the global names that code reads, with the line."""
    own = {step.argval for step in dis.get_instructions(code) if step.opname == "STORE_GLOBAL"}
    for step in dis.get_instructions(code):
        line = step.positions.lineno if step.positions is not None else None
        if step.opname in _LOADS and step.argval not in own and line is not None:
            yield step.argval, line
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _loads(constant)
