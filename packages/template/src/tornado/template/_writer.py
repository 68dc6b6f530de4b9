"""The writer: nodes in, the source of one Python function out.

The function has everything inlined: the template, those that it extends, the blocks that win and
the templates that are included, so that they share their variables. Output is collected in a list
of strings. Text and expressions that follow one another become one ``'..%s..' % (..)``, which
CPython compiles to the same code as an f-string, without the limits that f-strings have for quotes
before Python 3.12. Inside ``try`` every piece is written alone: what came before an error stays.

Each line of the source has a :class:`Mark` that says which template wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from ._fragments import is_simple, parse_expression, parse_statement
from ._nodes import (
    Apply,
    Block,
    Clause,
    Control,
    Expression,
    File,
    Include,
    Node,
    Statement,
    Super,
    Text,
)
from ._source import Source

#: How deep templates, blocks and directives may be nested together.
MAX_DEPTH = 150
#: So many pieces are joined at once; the interpreter's stack grows with them.
MAX_PIECES = 100

#: The type ``str``; ``type``; escape text, but quotes in markupsafe's way; quotes in our way; escape
#: other types; the output. All of them local variables, the fastest kind.
PARAMETERS = "_tt_str, _tt_type, _tt_e, _tt_q, _tt_d, _tt_out"
_DEFAULTS = ", ".join(f"{name}={name}" for name in PARAMETERS.split(", "))


class Scope(NamedTuple):
    """A template, or a part of one, that was written in the place of a directive."""

    source: Source
    #: What the traceback calls it.
    label: str
    #: Where the directive stands that brought it in; None for the outermost template.
    via: Mark | None


class Mark(NamedTuple):
    """Where a line of generated source comes from."""

    scope: Scope
    #: Of the code in the template.
    offset: int
    #: Of the same code in the generated line; -1 where the line holds none.
    column: int


class Style(NamedTuple):
    """What kind of function to write."""

    #: Yield the pieces instead of joining them.
    stream: bool = False
    #: Look ``xhtml_escape`` up at each use: somebody has replaced it.
    named: bool = False
    #: Write a coroutine function.
    asynchronous: bool = False


class Library(Protocol):
    """Where the writer finds other templates."""

    def __call__(self, name: str, parent: str) -> File:
        """Return the parsed template ``name`` as the template ``parent`` calls it."""


class Fragment(NamedTuple):
    """The code of one directive."""

    source: Source
    code: str
    offset: int
    #: None for an expression, otherwise the word before the code, if any.
    keyword: str | None = None

    def check(self, simple: bool = True) -> None:
        """Raise PythonError if the code is not complete in itself.

        :param simple: trust a glance where that is enough.
        """
        if simple and is_simple(self.code):
            return
        if self.keyword is None:
            parse_expression(self.source, self.code, self.offset)
        else:
            parse_statement(self.source, self.code, self.offset, self.keyword)


class _Piece(NamedTuple):
    before: str
    code: str
    after: str
    mark: Mark


Definitions = dict[str, list[tuple[Block, File]]]


class Writer:
    """Writes the function of one template.

    :param library: finds the templates that are extended and included.
    """

    def __init__(self, style: Style, library: Library) -> None:
        self._style = style
        self._library = library
        self._lines: list[str] = []
        #: One for each line of the source, None for lines that hold nothing of a template.
        self.marks: list[Mark | None] = []
        self._indent = " "
        self._pending: list[str | _Piece] = []
        self._stream = style.stream
        self._tries = 0
        self._applies = 0
        self._depth = 0
        self._definitions: Definitions = {}
        #: The blocks that are being written: name, which of its definitions.
        self._active: list[tuple[str, int]] = []
        self._including: list[str] = []
        #: All code of the templates: to look for words in, and for the culprit of an error.
        self.fragments: list[Fragment] = []
        #: Every file that took part.
        self.files: list[File] = []

    def write(self, file: File, name: str = "_tt_execute") -> str:
        """Return the source of the function that renders a file."""
        prefix = "async def" if self._style.asynchronous else "def"
        self._emit(f"{prefix} {name}({PARAMETERS}):")
        if not self._stream:
            self._emit(" _tt_b = []")
        self._write_file(file, None)
        self._flush()
        if self._stream:
            self._emit(" if 0: yield ''")  # a generator even if there is no output
        else:
            self._emit(" return ''.join(_tt_b)")
        return "\n".join(self._lines) + "\n"

    # Files and blocks

    def _write_file(self, file: File, via: Mark | None) -> None:
        """Write a file in the body of the outermost template that it extends."""
        lineage = self._lineage(file)
        outer = self._definitions, self._active
        self._definitions, self._active = {}, []
        for relative in lineage:
            found: dict[str, tuple[Block, File]] = {}
            self._find_blocks(relative, relative.body, found, [])
            for name, definition in found.items():
                self._definitions.setdefault(name, []).append(definition)
        root = lineage[-1]
        self._including.append(root.source.name)
        self._write_body(root, root.body, Scope(root.source, "template", via))
        self._including.pop()
        self._definitions, self._active = outer

    def _lineage(self, file: File) -> list[File]:
        """Return the file and those that it extends, the outermost last."""
        lineage = [file]
        while file.parent is not None:
            name, offset = file.parent
            file = self._load(file, name, offset, "extends")
            if any(file.source.name == other.source.name for other in lineage):
                names = [other.source.name for other in lineage]
                raise lineage[-1].source.error(_circle("extends", names, file.source.name), offset)
            lineage.append(file)
        self.files.extend(lineage)
        return lineage

    def _load(self, file: File, name: str, offset: int, word: str) -> File:
        try:
            return self._library(name, file.source.name)
        except LookupError as error:
            message = f"{{% {word} %}} of {name!r}, but the template has no loader"
            if error.args != ("no loader",):
                raise
            raise file.source.error(message, offset) from None

    def _find_blocks(
        self,
        file: File,
        body: list[Node],
        found: dict[str, tuple[Block, File]],
        including: list[str],
    ) -> None:
        """Collect the blocks of a file and of those it includes; the last of a name wins."""
        for node in body:
            if isinstance(node, Block):
                found[node.name] = (node, file)
                self._find_blocks(file, node.body, found, including)
            elif isinstance(node, Control):
                for clause in node.clauses:
                    self._find_blocks(file, clause.body, found, including)
            elif isinstance(node, Apply):
                self._find_blocks(file, node.body, found, including)
            elif isinstance(node, Include):
                included = self._include(file, node, including)
                if included.parent is None:
                    names = [*including, included.source.name]
                    self._find_blocks(included, included.body, found, names)

    def _include(self, file: File, node: Include, including: Iterable[str]) -> File:
        included = self._load(file, node.name, node.offset, "include")
        names = [*including, file.source.name]
        if included.source.name in names:
            circle = _circle("includes", names, included.source.name)
            raise file.source.error(circle, node.offset)
        return included

    def _write_body(self, file: File, body: list[Node], scope: Scope) -> None:
        if self._depth == MAX_DEPTH:
            raise file.source.error(f"templates are nested more than {MAX_DEPTH} deep", 0)
        self._depth += 1
        for node in body:
            _WRITERS[type(node)](self, node, file, scope)
        self._depth -= 1

    def _write_block(self, node: Block, file: File, scope: Scope) -> None:
        self._write_definition(node.name, 0, Mark(scope, node.offset, -1), file)

    def _write_super(self, node: Super, file: File, scope: Scope) -> None:
        name, index = self._active[-1]
        if index + 1 == len(self._definitions[name]):
            raise file.source.error(
                f"{{% super %}}: no template above has a block {name}", node.offset
            )
        self._write_definition(name, index + 1, Mark(scope, node.offset, -1), file)

    def _write_definition(self, name: str, index: int, via: Mark, caller: File) -> None:
        if (name, index) in self._active:
            raise caller.source.error(f"block {name} contains itself", via.offset)
        block, file = self._definitions[name][index]
        self._active.append((name, index))
        # A block in its own place is no step of a traceback.
        here = file is caller and block.offset == via.offset
        inner = via.scope if here else Scope(file.source, f"block {name}", via)
        self._write_body(file, block.body, inner)
        self._active.pop()

    def _write_include(self, node: Include, file: File, scope: Scope) -> None:
        included = self._include(file, node, self._including)
        via = Mark(scope, node.offset, -1)
        if included.parent is not None:
            self._write_file(included, via)
            return
        self.files.append(included)
        self._including.append(included.source.name)
        self._write_body(included, included.body, Scope(included.source, "template", via))
        self._including.pop()

    # Output

    def _write_text(self, node: Text, file: File, scope: Scope) -> None:
        self._pending.append(node.value)

    def _write_expression(self, node: Expression, file: File, scope: Scope) -> None:
        code = node.code
        self._check(Fragment(file.source, code, node.offset))
        if self._tries:
            self._flush()
        before, after = self._forms(None if node.raw else file.autoescape)
        if "#" in code:
            after = "\n" + after
        mark = Mark(scope, node.offset, 0)
        self._pending.append(_Piece(before + node.lead, code, after, mark))

    def _forms(self, autoescape: str | None) -> tuple[str, str]:
        """Return what stands before and after the code of an expression."""
        if autoescape is None:
            return "_tt_t if _tt_type(_tt_t := (", ")) is _tt_str else _tt_out.raw(_tt_t)"
        if autoescape != "xhtml_escape":
            return "_tt_out.escape((", f"), {autoescape})"
        if self._style.named:
            return "_tt_out.escape_html((", "), xhtml_escape)"
        return (
            "(_tt_r if '&#3' not in (_tt_r := _tt_e(_tt_t)) else _tt_q(_tt_r))"
            " if _tt_type(_tt_t := (",
            ")) is _tt_str else _tt_d[_tt_type(_tt_t)](_tt_t)",
        )

    def _flush(self) -> None:
        """Write the pieces that have come together as one."""
        if not self._pending:
            return
        for start in range(0, len(self._pending), MAX_PIECES):
            self._flush_pieces(self._pending[start : start + MAX_PIECES])
        self._pending = []

    def _flush_pieces(self, pieces: list[str | _Piece]) -> None:
        opening, closing = ("yield (", ")") if self._stream else ("_tt_b.append(", ")")
        opening = self._indent + opening
        values = [piece for piece in pieces if not isinstance(piece, str)]
        if not values:
            text = "".join(piece for piece in pieces if isinstance(piece, str))
            if text:
                self._emit(f"{opening}{text!r}{closing}")
            return
        if len(pieces) == 1:
            self._emit_piece(values[0], opening, closing)
            return
        form = "".join(
            piece.replace("%", "%%") if isinstance(piece, str) else "%s" for piece in pieces
        )
        self._emit(f"{opening}{form!r} % (")
        for piece in values:
            self._emit_piece(piece, self._indent, ",")
        self._emit(f"{self._indent}){closing}")

    def _emit_piece(self, piece: _Piece, before: str, after: str) -> None:
        before += piece.before
        mark = piece.mark._replace(column=len(before))
        self._emit(f"{before}{piece.code}{piece.after}{after}", mark)

    def _emit(self, line: str, mark: Mark | None = None) -> None:
        self._lines.append(line)
        self.marks.append(mark)
        while mark is not None and "\n" in line:
            _, line = line.split("\n", 1)
            end = mark.scope.source.text.find("\n", mark.offset) + 1
            mark = Mark(mark.scope, end or mark.offset, 0)
            self.marks.append(mark)

    # Statements

    def _check(self, fragment: Fragment) -> None:
        fragment.check()
        self.fragments.append(fragment)

    def _write_statement(self, node: Statement, file: File, scope: Scope) -> None:
        self._flush()
        self._check(Fragment(file.source, node.code, node.offset, ""))
        mark = Mark(scope, node.offset, len(self._indent))
        self._emit(self._indent + node.code, mark)

    def _write_control(self, node: Control, file: File, scope: Scope) -> None:
        self._flush()
        tries = node.clauses[0].keyword == "try"
        self._tries += tries
        for clause in node.clauses:
            self._write_head(clause, file, scope)
            self._indent += " "
            before = len(self._lines)
            self._write_body(file, clause.body, scope)
            self._flush()
            if len(self._lines) == before:
                self._emit(self._indent + "pass")
            self._indent = self._indent[:-1]
        self._tries -= tries

    def _write_head(self, clause: Clause, file: File, scope: Scope) -> None:
        keyword, code = clause.keyword, clause.code
        if not code:
            self._emit(f"{self._indent}{keyword}:", Mark(scope, clause.offset, -1))
            return
        if keyword in ("if", "elif", "while"):
            self._check(Fragment(file.source, code, clause.offset))
            before = f"{self._indent}{keyword} ("
            end = "\n):" if "#" in code else "):"
        else:
            self._check(Fragment(file.source, code, clause.offset, keyword))
            before, end = f"{self._indent}{keyword} ", ":"
        self._emit(before + code + end, Mark(scope, clause.offset, len(before)))

    def _write_apply(self, node: Apply, file: File, scope: Scope) -> None:
        self._flush()
        self._check(Fragment(file.source, node.function, node.offset))
        name = f"_tt_apply{self._applies}"
        self._applies += 1
        word, wait = ("async def", "await ") if self._style.asynchronous else ("def", "")
        self._emit(f"{self._indent}{word} {name}({_DEFAULTS}):")
        outer = self._indent, self._stream, self._tries
        self._indent, self._stream, self._tries = self._indent + " ", False, 0
        self._emit(f"{self._indent}_tt_b = []")
        self._write_body(file, node.body, scope)
        self._flush()
        self._emit(f"{self._indent}return ''.join(_tt_b)")
        self._indent, self._stream, self._tries = outer
        after = f")(_tt_out.encode({wait}{name}())))"
        after = "\n" + after if "#" in node.function else after
        mark = Mark(scope, node.offset, 0)
        self._pending.append(_Piece("_tt_out.apply((", node.function, after, mark))


def _circle(verb: str, names: list[str], name: str) -> str:
    path = " -> ".join([*names[names.index(name) :], name])
    return f"{name} {verb} itself: {path}"


_WRITERS: dict[type[Node], Callable[..., None]] = {
    Apply: Writer._write_apply,
    Block: Writer._write_block,
    Control: Writer._write_control,
    Expression: Writer._write_expression,
    Include: Writer._write_include,
    Statement: Writer._write_statement,
    Super: Writer._write_super,
    Text: Writer._write_text,
}
