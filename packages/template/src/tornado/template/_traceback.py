"""Tracebacks that show templates.

A template runs as one generated function. When an error leaves it, each traceback entry of that
function is replaced by entries for the templates: first the line of the outermost template, then the
directives that lead to the next templates, and at the end the code that failed. The columns are
translated too, so Python underlines the failing part of the template's own line.
"""

from __future__ import annotations

import itertools
import linecache
import sys
from types import CodeType, FrameType, TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._program import Program
    from ._source import Mark, Source

# Numbers for templates without a name. They are used again, because linecache keeps each text.
_anonymous = itertools.cycle(range(1, 101))


class _Step(NamedTuple):
    """One entry that the translated traceback shows."""

    source: Source
    label: str
    #: The failing code in the template, as offsets.
    start: int
    end: int


def translate(error: BaseException, program: Program) -> None:
    """Put the lines of templates into the tracebacks of an error and of its causes."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        current = waiting.pop()
        if current is not None and id(current) not in seen:
            seen.add(id(current))
            if current.__traceback__ is not None:
                current.__traceback__ = _translate_entries(current.__traceback__, program)
            waiting += (current.__cause__, current.__context__)
            waiting += getattr(current, "exceptions", ())


def _translate_entries(trace: TracebackType, program: Program) -> TracebackType | None:
    """Replace the entries of the generated function; return the first entry of all."""
    # One more entry at the beginning, so that the first one can be replaced like the others.
    before = previous = TracebackType(trace, trace.tb_frame, 0, 1)
    shown: list[_Step] = []
    while (current := previous.tb_next) is not None:
        if current.tb_frame.f_code.co_filename == program.filename:
            steps = _find_steps(current, program)
            new = _skip_common(steps, shown)
            if new:
                first, last = _make_entries(new, current)
                last.tb_next = current.tb_next
                previous.tb_next = first
                current = last
                shown = steps
        previous = current
    return before.tb_next


def _skip_common(steps: list[_Step], shown: list[_Step]) -> list[_Step]:
    """Leave out the first steps if the entry before has shown them; keep at least the last one."""
    common = 0
    for step, shown_step in zip(steps[:-1], shown, strict=False):
        if step != shown_step:
            break
        common += 1
    return steps[common:]


def _find_steps(entry: TracebackType, program: Program) -> list[_Step]:
    """Return the places in templates that a traceback entry is translated to, outermost first."""
    line = entry.tb_lineno
    marks = program.marks
    mark = marks[line - 1] if 0 < line <= len(marks) else None
    if mark is None:
        return []
    start, end = _failing_range(entry, mark, program)
    steps = [_Step(mark.scope.source, mark.scope.label, start, end)]
    via = mark.scope.via
    while via is not None:
        start, end = _directive_range(via)
        steps.append(_Step(via.scope.source, via.scope.label, start, end))
        via = via.scope.via
    return steps[::-1]


def _directive_range(mark: Mark) -> tuple[int, int]:
    """Return the range of the directive around a mark."""
    text = mark.scope.source.text
    start = max(text.rfind(opening, 0, mark.offset) for opening in ("{%", "{{"))
    end = text.find("%}" if text.startswith("{%", start) else "}}", mark.offset)
    return start, end + 2


def _failing_range(entry: TracebackType, mark: Mark, program: Program) -> tuple[int, int]:
    """Return the range of the failing code in the template."""
    span = _columns(entry.tb_frame.f_code, entry.tb_lasti)
    if mark.column < 0 or span is None:
        return _directive_range(mark)
    line = program.source.split("\n")[entry.tb_lineno - 1].encode()
    first = len(line[: span[0]].decode("utf-8", "ignore")) - mark.column
    last = len(line[: span[1]].decode("utf-8", "ignore")) - mark.column
    start, end = mark.offset + first, mark.offset + last
    outer_start, outer_end = _directive_range(mark)
    if not outer_start <= start < end <= outer_end:
        return outer_start, outer_end
    return start, end


def _columns(code: CodeType, lasti: int) -> tuple[int, int] | None:
    """Return the columns of an instruction, in bytes; None unless it is on one line."""
    position = next(itertools.islice(code.co_positions(), lasti // 2, None), None)
    if position is None:
        return None
    line, end_line, start, end = position
    if line is None or line != end_line or start is None or end is None:
        return None
    return start, end


def _make_entries(steps: list[_Step], entry: TracebackType) -> tuple[TracebackType, TracebackType]:
    """Make linked traceback entries; return the first and the last."""
    entries = [_make_entry(step, entry.tb_frame) for step in steps]
    for one, following in itertools.pairwise(entries):
        one.tb_next = following
    return entries[0], entries[-1]


def _make_entry(step: _Step, frame: FrameType) -> TracebackType:
    """Make a traceback entry whose frame is at a place in a template."""
    source = step.source
    line, column = source.line(step.start), source.column(step.start)
    text = source.line_text(step.start)
    start = len(text[:column].encode())
    end = len(text[: column + step.end - step.start].encode())
    code = _compile_call(_filename(source), step.label, (line, start, end))
    namespace = dict(_variables(frame))
    frames: list[FrameType] = []
    namespace["_tt_here"] = lambda: frames.append(sys._getframe(1))
    exec(code, frame.f_globals, namespace)  # noqa: S102 - it calls the function above, nothing else
    del namespace["_tt_here"]
    return TracebackType(None, frames[0], frames[0].f_lasti, line)


def _variables(frame: FrameType) -> Iterator[tuple[str, Any]]:
    """Yield the template's own variables, for debuggers that show them."""
    for name, value in frame.f_locals.items():
        if not name.startswith("_tt_"):
            yield name, value


def _compile_call(filename: str, label: str, position: tuple[int, int, int]) -> CodeType:
    """Compile a call of ``_tt_here`` that is at a position: line, first and last column."""
    import ast

    tree = ast.parse("_tt_here()")
    line, start, end = position
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.stmt):
            node.lineno = node.end_lineno = line
            node.col_offset, node.end_col_offset = start, end
    return compile(tree, filename, "exec", dont_inherit=True).replace(co_name=label)


def _filename(source: Source) -> str:
    """Return the file name for a traceback; let Python find the lines of the template by it."""
    if source.path is not None:
        return source.path
    filename = source.name
    if filename.startswith("<"):
        # Python calls other code "<string>" as well; this name must be unique.
        filename = f"<template {filename.strip('<>')} {next(_anonymous)}>"
    lines = [line + "\n" for line in source.text.split("\n")]
    linecache.cache[filename] = (len(source.text), None, lines, filename)
    return filename
