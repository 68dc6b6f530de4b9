"""The names that a template expects when it is rendered."""

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

#: The names that :class:`tornado.web.RequestHandler` gives to the templates that it renders.
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
_READS = ("LOAD_GLOBAL", "LOAD_NAME")


def expected_names(template: Template) -> dict[str, tuple[Source, int]]:
    """Return the names that a template takes from its namespace, and the first use of each.

    Names that every template has, builtins and the names of the template's loader are left out.

    :returns: for each name, the source that uses it and the line there.
    """
    program = template._get_program(0)
    known = {*DEFAULTS, *dir(builtins), *template.namespace, "__name__", "__loader__"}
    found: dict[str, tuple[Source, int]] = {}
    for name, line in _global_reads(program.code):
        if name in known or name in found or name.startswith("_tt_"):
            continue
        mark = program.marks[line - 1]
        if mark is not None:
            found[name] = mark.scope.source, mark.scope.source.line(mark.offset)
    return found


def _global_reads(code: CodeType) -> Iterator[tuple[str, int]]:
    """Yield each global name that code reads, with the line."""
    own = {step.argval for step in dis.get_instructions(code) if step.opname == "STORE_GLOBAL"}
    for step in dis.get_instructions(code):
        line = step.positions.lineno if step.positions is not None else None
        if step.opname in _READS and step.argval not in own and line is not None:
            yield step.argval, line
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _global_reads(constant)
