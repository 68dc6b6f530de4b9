"""The writer: nodes in, the source of one Python function out.

Everything is in that one function: the template, those that it extends, their blocks and the
templates that are included. So they share their variables. The function collects its output in a
list of strings. Text and expressions that follow one another become one ``'..%s..' % (..)``, which
CPython compiles to the same code as an f-string, without the limits that f-strings have for quotes
before Python 3.12. Inside ``try`` every piece is written alone, so that the output before an error
is kept.

Each line of the source has a mark that says which template it comes from.
"""

from __future__ import annotations

from .._parsing._fragments import Fragment
from .._parsing._nodes import Apply, Block, Control, Expression, Include, Statement, Super, Text
from .._source import Mark, Scope
from ._inheritance import Inheritance, check_depth, find_included

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from .._parsing._nodes import Clause, File, Node
    from .._source import Source
    from ._inheritance import FindFile

    #: The text before an expression, the expression, the text after it, and where it comes from.
    Piece: TypeAlias = tuple[str, str, str, Mark]

#: Styles of functions, which can be added up. STREAM: yield the pieces instead of joining them.
STREAM = 1
#: Look ``xhtml_escape`` up at each use, because the program has replaced it.
NAMED = 2
#: Write a coroutine function.
ASYNC = 4

#: How many pieces are joined at once: the interpreter's stack grows with them.
MAX_PIECES = 100

#: What the function is called with: ``str``, ``type``, `escape_text`, `name_quotes`, `ESCAPERS` and an
#: `Output` of the runtime. Parameters are local variables, the fastest kind of names.
PARAMETERS = "_tt_str, _tt_type, _tt_e, _tt_q, _tt_d, _tt_out"
_SAME_PARAMETERS = ", ".join(f"{name}={name}" for name in PARAMETERS.split(", "))

# Most values are text: they go to markupsafe's C function directly. It escapes quotes in another way
# than the documented one, which is corrected if there are any.
_ESCAPED = (
    "(_tt_r if '&#3' not in (_tt_r := _tt_e(_tt_t)) else _tt_q(_tt_r)) if _tt_type(_tt_t := (",
    ")) is _tt_str else _tt_d[_tt_type(_tt_t)](_tt_t)",
)
_RAW = ("_tt_t if _tt_type(_tt_t := (", ")) is _tt_str else _tt_out.raw(_tt_t)")
_NAMED = ("_tt_out.escape_html((", "), xhtml_escape)")


class Writer:
    """The writer of one template's function.

    :param style: :data:`STREAM`, :data:`NAMED` and :data:`ASYNC`, added up.
    :param find_file: finds the templates that are extended and included.
    """

    def __init__(self, style: int, find_file: FindFile) -> None:
        self._style = style
        self._find_file = find_file
        self._lines: list[str] = []
        #: One for each line of the source, None for lines that come from no template.
        self.marks: list[Mark | None] = []
        #: The code of all directives.
        self.fragments: list[Fragment] = []
        #: Every template that is written into the function, by its name.
        self.sources: dict[str, Source] = {}
        self._indent = " "
        self._pending: list[str | Piece] = []
        self._stream = bool(style & STREAM)
        #: How many ``try`` statements and ``finally`` clauses are around the current node.
        self._try_depth = 0
        self._finally_depth = 0
        #: How many functions were written for ``{% apply %}``.
        self._apply_count = 0
        self._depth = 0
        self._inheritance: Inheritance | None = None
        #: The blocks that are being written: the name, and the number of the definition.
        self._blocks: list[tuple[str, int]] = []
        #: The names of the templates that are being written.
        self._files: list[str] = []

    def write(self, file: File) -> str:
        """Return the source of the function that renders a file.

        :raises ParseError: the templates do not fit together.
        """
        word = "async def" if self._style & ASYNC else "def"
        self._emit(f"{word} _tt_execute({PARAMETERS}):")
        if not self._stream:
            self._emit(" _tt_b = []")
        self._write_page(file, None)
        self._flush()
        if self._stream:
            self._emit(" if 0: yield ''")  # a generator, even if there is no output
        else:
            self._emit(" return ''.join(_tt_b)")
        return "\n".join(self._lines) + "\n"

    # Templates and blocks

    def _write_page(self, file: File, via: Mark | None) -> None:
        """Write the outermost template that a file extends, with the blocks of that file."""
        outer = self._inheritance, self._blocks
        self._inheritance, self._blocks = Inheritance(file, self._find_file), []
        outermost = self._inheritance.files[-1]
        self.sources.update(self._inheritance.sources)
        self._write_file(outermost, via)
        self._inheritance, self._blocks = outer

    def _write_file(self, file: File, via: Mark | None) -> None:
        self._files.append(file.source.name)
        self._write_body(file, file.body, Scope(file.source, "template", via))
        self._files.pop()

    def _write_body(self, file: File, body: list[Node], scope: Scope) -> None:
        check_depth(self._depth, file)
        self._depth += 1
        for node in body:
            _METHODS[type(node)](self, node, file, scope)
        self._depth -= 1

    def _write_include(self, node: Include, file: File, scope: Scope) -> None:
        included = find_included(self._find_file, file, node, self._files)
        via = Mark(scope, node.offset)
        if included.parent is None:
            self._write_file(included, via)
        else:
            self._write_page(included, via)

    def _write_block(self, node: Block, file: File, scope: Scope) -> None:
        self._write_definition(node.name, 0, Mark(scope, node.offset), file)

    def _write_super(self, node: Super, file: File, scope: Scope) -> None:
        name, index = self._blocks[-1]
        self._write_definition(name, index + 1, Mark(scope, node.offset), file)

    def _write_definition(self, name: str, index: int, via: Mark, caller: File) -> None:
        """Write a block's body.

        :param index: which definition: the first one is printed, each next one is its ``super``.
        :param via: the directive whose place the body takes.
        """
        definitions = self._inheritance.definitions[name] if self._inheritance is not None else []
        if index == len(definitions):
            message = f"{{% super %}}: no template above has a block {name!r}"
            raise caller.source.error(message, via.offset)
        if (name, index) in self._blocks:
            raise caller.source.error(f"block {name!r} contains itself", via.offset)
        block, file = definitions[index]
        # A block that is printed where it is defined is not a step of a traceback.
        in_place = file is caller and block.offset == via.offset
        scope = via.scope if in_place else Scope(file.source, f"block {name}", via)
        self._blocks.append((name, index))
        self._write_body(file, block.body, scope)
        self._blocks.pop()

    # Output

    def _write_text(self, node: Text, file: File, scope: Scope) -> None:
        self._pending.append(node.value)

    def _write_expression(self, node: Expression, file: File, scope: Scope) -> None:
        code = node.code
        self._check(Fragment(file.source, code, node.offset))
        # The output before a wait or an error must not depend on what follows.
        if self._try_depth or (self._stream and "await" in code):
            self._flush()
        before, after = _RAW if node.raw else self._escape(file.autoescape)
        if "#" in code:
            after = "\n" + after
        self._pending.append((before + node.lead, code, after, Mark(scope, node.offset)))

    def _escape(self, autoescape: str | None) -> tuple[str, str]:
        """Return what is written before and after the code of an expression."""
        if autoescape is None:
            return _RAW
        if autoescape != "xhtml_escape":
            return "_tt_out.escape((", f"), {autoescape})"
        return _NAMED if self._style & NAMED else _ESCAPED

    def _flush(self) -> None:
        """Write the pieces that are pending, joined."""
        pending = self._pending
        if pending:
            self._pending = []
            for start in range(0, len(pending), MAX_PIECES):
                self._write_pieces(pending[start : start + MAX_PIECES])

    def _write_pieces(self, pieces: list[str | Piece]) -> None:
        opening, closing = ("yield (", ")") if self._stream else ("_tt_b.append(", ")")
        if self._stream and self._finally_depth:  # a generator that is being closed must not yield
            opening = "if not _tt_out.closed: " + opening
        opening = self._indent + opening
        if len(pieces) == 1 and not isinstance(pieces[0], str):
            self._emit_piece(pieces[0], opening, closing)
            return
        texts: list[str] = []
        values: list[Piece] = []
        for piece in pieces:
            if isinstance(piece, str):
                texts.append(piece.replace("%", "%%"))
            else:
                texts.append("%s")
                values.append(piece)
        form = "".join(texts)
        if not values:
            if form:
                self._emit(f"{opening}{form.replace('%%', '%')!r}{closing}")
            return
        self._emit(f"{opening}{form!r} % (")
        for value in values:
            self._emit_piece(value, "", ",")
        self._emit(f"){closing}")

    def _emit_piece(self, piece: Piece, opening: str, closing: str) -> None:
        before, code, after, mark = piece
        mark.column = len(opening) + len(before)
        self._emit(f"{opening}{before}{code}{after}{closing}", mark)

    def _emit(self, line: str, mark: Mark | None = None) -> None:
        """Add a line, or several with newlines between them."""
        self._lines.append(line)
        self.marks.append(mark)
        if mark is None:
            return
        for _ in range(line.count("\n")):
            following = mark.scope.source.text.find("\n", mark.offset) + 1
            mark = Mark(mark.scope, following or mark.offset, 0)
            self.marks.append(mark)

    # Statements

    def _check(self, fragment: Fragment) -> None:
        fragment.check()
        self.fragments.append(fragment)

    def _write_statement(self, node: Statement, file: File, scope: Scope) -> None:
        self._flush()
        self._check(Fragment(file.source, node.code, node.offset, ""))
        self._emit(self._indent + node.code, Mark(scope, node.offset, len(self._indent)))

    def _write_control(self, node: Control, file: File, scope: Scope) -> None:
        self._flush()
        is_try = node.clauses[0].keyword == "try"
        self._try_depth += is_try
        for clause in node.clauses:
            self._write_head(clause, file, scope)
            self._indent += " "
            before = len(self._lines)
            self._finally_depth += clause.keyword == "finally"
            self._write_body(file, clause.body, scope)
            self._flush()
            self._finally_depth -= clause.keyword == "finally"
            if len(self._lines) == before:
                self._emit(self._indent + "pass")
            self._indent = self._indent[:-1]
        self._try_depth -= is_try

    def _write_head(self, clause: Clause, file: File, scope: Scope) -> None:
        keyword, code = clause.keyword, clause.code
        if keyword == "except" and not code and self._style & (STREAM | ASYNC):
            code = "Exception"  # closing or cancelling the function must not be caught
        if not code:
            self._emit(f"{self._indent}{keyword}:", Mark(scope, clause.offset))
            return
        if keyword in ("if", "elif", "while"):
            self._check(Fragment(file.source, code, clause.offset))
            before = f"{self._indent}{keyword} ("
            after = "\n):" if "#" in code else "):"
        else:
            self._check(Fragment(file.source, code, clause.offset, keyword))
            before, after = f"{self._indent}{keyword} ", ":"
        self._emit(before + code + after, Mark(scope, clause.offset, len(before)))

    def _write_apply(self, node: Apply, file: File, scope: Scope) -> None:
        self._flush()
        self._check(Fragment(file.source, node.function, node.offset))
        name = f"_tt_apply{self._apply_count}"
        self._apply_count += 1
        word, wait = ("async def", "await ") if self._style & ASYNC else ("def", "")
        self._emit(f"{self._indent}{word} {name}({_SAME_PARAMETERS}):")
        outer = self._indent, self._stream, self._try_depth
        self._indent, self._stream, self._try_depth = self._indent + " ", False, 0
        self._emit(f"{self._indent}_tt_b = []")
        self._write_body(file, node.body, scope)
        self._flush()
        self._emit(f"{self._indent}return ''.join(_tt_b)")
        self._indent, self._stream, self._try_depth = outer
        after = f")(_tt_out.encode({wait}{name}())))"
        if "#" in node.function:
            after = "\n" + after
        mark = Mark(scope, node.offset)
        self._pending.append(("_tt_out.apply((", node.function, after, mark))


_METHODS: dict[type[Node], Callable[..., None]] = {
    Apply: Writer._write_apply,
    Block: Writer._write_block,
    Control: Writer._write_control,
    Expression: Writer._write_expression,
    Include: Writer._write_include,
    Statement: Writer._write_statement,
    Super: Writer._write_super,
    Text: Writer._write_text,
}
