"""Tracebacks that show templates.

A template runs as one generated function. When an error leaves it, each traceback entry of that
function is replaced by entries for the templates: the line in the outermost template, the
directive that brought in the next, down to the piece of code that failed. The columns are right
too, so that Python underlines the failing part of the template's own line.
"""

from __future__ import annotations

import itertools
import linecache
import sys
from types import CodeType, FrameType, TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._marks import Mark
    from ._program import Program
    from ._source import Source

# Names for templates without one. They come round again: linecache keeps the text of each.
_anonymous = itertools.cycle(range(1, 101))


class _Step(NamedTuple):
    """One entry that the translated traceback shows."""

    source: Source
    label: str
    #: The failing code in the template, as offsets.
    start: int
    end: int


def translate(error: BaseException, program: Program) -> None:
    """Put the templates' lines into the tracebacks of an error, and of those that led to it."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        found = waiting.pop()
        if found is not None and id(found) not in seen:
            seen.add(id(found))
            if found.__traceback__ is not None:
                found.__traceback__ = _translated(found.__traceback__, program)
            waiting += (found.__cause__, found.__context__, *getattr(found, "exceptions", ()))


def _translated(trace: TracebackType, program: Program) -> TracebackType | None:
    """Replace the entries of the generated function, in place but for the first."""
    before = previous = TracebackType(trace, trace.tb_frame, 0, 1)
    shown: list[_Step] = []
    while (current := previous.tb_next) is not None:
        if current.tb_frame.f_code.co_filename == program.filename:
            steps = _steps(current, program)
            new = _without_prefix(steps, shown)
            if new:
                first, last = _entries(new, current)
                last.tb_next = current.tb_next
                previous.tb_next = first
                current = last
                shown = steps
        previous = current
    return before.tb_next


def _without_prefix(steps: list[_Step], shown: list[_Step]) -> list[_Step]:
    """Leave out the way to a function inside the template, as far as it has been shown."""
    common = 0
    while common < len(steps) - 1 and steps[common : common + 1] == shown[common : common + 1]:
        common += 1
    return steps[common:]


def _steps(entry: TracebackType, program: Program) -> list[_Step]:
    """Return the places in templates that a traceback entry stands for, outermost first."""
    line = entry.tb_lineno
    marks = program.marks
    mark = marks[line - 1] if 0 < line <= len(marks) else None
    if mark is None:
        return []
    start, end = _failing_range(entry, mark, program)
    steps = [_Step(mark.scope.source, mark.scope.label, start, end)]
    via = mark.scope.via
    while via is not None:
        start, end = _directive(via)
        steps.append(_Step(via.scope.source, via.scope.label, start, end))
        via = via.scope.via
    return steps[::-1]


def _directive(mark: Mark) -> tuple[int, int]:
    """Return the range of the directive around a mark."""
    text = mark.scope.source.text
    start = max(text.rfind(opening, 0, mark.offset) for opening in ("{%", "{{"))
    end = text.find("%}" if text.startswith("{%", start) else "}}", mark.offset)
    return start, end + 2


def _failing_range(entry: TracebackType, mark: Mark, program: Program) -> tuple[int, int]:
    """Return where in the template the code stands that failed."""
    span = _columns(entry.tb_frame.f_code, entry.tb_lasti)
    if mark.column < 0 or span is None:
        return _directive(mark)
    line = program.source.split("\n")[entry.tb_lineno - 1].encode()
    first = len(line[: span[0]].decode("utf-8", "ignore")) - mark.column
    last = len(line[: span[1]].decode("utf-8", "ignore")) - mark.column
    start, end = mark.offset + first, mark.offset + last
    outer_start, outer_end = _directive(mark)
    if not outer_start <= start < end <= outer_end:
        return outer_start, outer_end
    return start, end


def _columns(code: CodeType, lasti: int) -> tuple[int, int] | None:
    """Return the columns of an instruction, in bytes, if it stands on one line."""
    position = next(itertools.islice(code.co_positions(), lasti // 2, None), None)
    if position is None:
        return None
    line, end_line, start, end = position
    if line is None or line != end_line or start is None or end is None:
        return None
    return start, end


def _entries(steps: list[_Step], entry: TracebackType) -> tuple[TracebackType, TracebackType]:
    """Make traceback entries, linked; return the first and the last."""
    made = [_entry(step, entry.tb_frame) for step in steps]
    for one, other in itertools.pairwise(made):
        one.tb_next = other
    return made[0], made[-1]


def _entry(step: _Step, frame: FrameType) -> TracebackType:
    """Make one traceback entry, whose frame stands at a place in a template."""
    source = step.source
    line, column = source.line(step.start), source.column(step.start)
    text = source.line_text(step.start)
    start = len(text[:column].encode())
    end = len(text[: column + step.end - step.start].encode())
    code = _code(_filename(source), step.label, (line, start, end))
    namespace = dict(_variables(frame))
    found: list[FrameType] = []
    namespace["_tt_here"] = lambda: found.append(sys._getframe(1))
    exec(code, frame.f_globals, namespace)  # noqa: S102 - a call of the line above, nothing else
    del namespace["_tt_here"]
    return TracebackType(None, found[0], found[0].f_lasti, line)


def _variables(frame: FrameType) -> Iterator[tuple[str, Any]]:
    """Yield the template's own variables, for debuggers that show them."""
    for name, value in frame.f_locals.items():
        if not name.startswith("_tt_"):
            yield name, value


def _code(filename: str, label: str, position: tuple[int, int, int]) -> CodeType:
    """Compile a call that stands at a position: line, first and last column."""
    import ast

    tree = ast.parse("_tt_here()")
    line, start, end = position
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.stmt):
            node.lineno = node.end_lineno = line
            node.col_offset, node.end_col_offset = start, end
    return compile(tree, filename, "exec", dont_inherit=True).replace(co_name=label)


def _filename(source: Source) -> str:
    """Return the name for a traceback, with the template's lines where Python will look."""
    if source.path is not None:
        return source.path
    filename = source.name
    if filename.startswith("<"):
        # Python itself calls other code "<string>"; this name is ours alone.
        filename = f"<template {filename.strip('<>')} {next(_anonymous)}>"
    lines = [line + "\n" for line in source.text.split("\n")]
    linecache.cache[filename] = (len(source.text), None, lines, filename)
    return filename
