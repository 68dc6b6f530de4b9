"""The parser: tokens in, nodes out.

Each directive has a ``parse_<name>`` method, found in the table :data:`DIRECTIVES`. It is called with the
word of the directive, the code after the word, and the offset of that code. If the directive has a body,
the method parses it up to its ``{% end %}``.
"""

from __future__ import annotations

from ._fragments import Fragment
from ._nodes import Apply, Block, Clause, Control, Expression, Include, Statement, Super, Text
from ._tokens import EXPRESSION, TEXT, read_tokens
from ._whitespace import check_mode, filter_whitespace

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from ._nodes import File, Node
    from ._tokens import Token

#: How deeply directives may be nested. Python itself allows 100 levels of indentation.
MAX_DEPTH = 90

#: For each clause of a statement, the clauses that may follow it.
_FOLLOWERS = {
    "if": ("elif", "else"),
    "elif": ("elif", "else"),
    "for": ("else",),
    "while": ("else",),
    "try": ("except", "finally"),
    "except": ("except", "else", "finally"),
    "else": (),
    "finally": (),
}
_PARENTS = {
    "elif": "if",
    "else": "if, for, while or try",
    "except": "try",
    "finally": "try",
}
_LOOPS = ("for", "while")


class Parser:
    """The parser of one file.

    :param file: the node to fill; its ``autoescape`` and ``parent`` are set by directives.
    :param whitespace: the white space mode that the file starts with.
    """

    def __init__(self, file: File, whitespace: str) -> None:
        self._file = file
        self._source = file.source
        self._whitespace = whitespace
        self._tokens = iter(read_tokens(file.source))
        self._depth = 0
        self._in_loop = False
        self._in_block = False

    def parse(self) -> None:
        """Fill the file's body.

        :raises ParseError: with the line of the directive that is wrong.
        """
        self._file.body, ending = self._parse_body()
        if ending is not None:
            word = ending[1].split(None, 1)[0]
            if word == "end":
                self._fail("Extra {% end %} block: no directive is open", ending[2])
            self._fail(f"{word} outside {_PARENTS[word]} block", ending[2])

    def _fail(self, message: str, offset: int) -> NoReturn:
        raise self._source.error(message, offset)

    def _parse_body(self) -> tuple[list[Node], Token | None]:
        """Parse up to the end of the body: an ``end``, the next clause, or the end of the file.

        :returns: the nodes, and the token that ends the body; None at the end of the file.
        """
        nodes: list[Node] = []
        for token in self._tokens:
            kind, value, offset = token
            if kind == TEXT:
                if self._whitespace != "all" and "<pre>" not in value:
                    value = filter_whitespace(self._whitespace, value)
                nodes.append(Text(value))
            elif kind == EXPRESSION:
                nodes.append(Expression(value, offset))
            else:
                word, _, rest = value.partition(" ")
                parse = DIRECTIVES.get(word)
                if parse is None:
                    word, *more = value.split(None, 1)
                    rest = more[0] if more else ""
                    if word == "end" or word in _PARENTS:
                        return nodes, token
                    parse = DIRECTIVES.get(word) or self._unknown(word, offset)
                rest = rest.strip()
                node = parse(self, word, rest, offset + len(value) - len(rest))
                if node is not None:
                    nodes.append(node)
        return nodes, None

    def _unknown(self, word: str, offset: int) -> NoReturn:
        hint = "" if word.isidentifier() else "; a directive's name ends with a space"
        self._fail(f"unknown operator: {word!r}, expected one of {', '.join(NAMES)}{hint}", offset)

    def _parse_nested_body(self, word: str, offset: int) -> tuple[list[Node], Token]:
        """Parse the body of the directive ``word`` that starts at ``offset``."""
        if self._depth == MAX_DEPTH:
            self._fail(f"directives are nested more than {MAX_DEPTH} deep", offset)
        self._depth += 1
        body, ending = self._parse_body()
        self._depth -= 1
        if ending is None:
            self._fail(f"Missing {{% end %}} block for {word}", offset)
        return body, ending

    def _parse_simple_body(self, word: str, offset: int) -> list[Node]:
        """Parse a body that has no clauses."""
        body, ending = self._parse_nested_body(word, offset)
        follower = ending[1].split(None, 1)[0]
        if follower != "end":
            self._fail(f"{follower} block cannot be attached to {word} block", ending[2])
        return body

    def parse_control(self, word: str, code: str, offset: int) -> Node:
        """Parse ``if``, ``for``, ``while`` or ``try`` with its clauses."""
        outer = self._in_loop
        clauses: list[Clause] = []
        current = word
        while True:
            if current in ("if", "elif", "for", "while") and not code:
                self._fail(f"{{% {current} %}} needs {_needs(current)}", offset)
            if current in ("try", "else", "finally") and code:
                self._fail(f"{{% {current} %}} takes nothing, but has {code!r}", offset)
            self._in_loop = current in _LOOPS or outer
            body, ending = self._parse_nested_body(current, offset)
            clauses.append(Clause(current, code, offset, body))
            follower, *rest = ending[1].split(None, 1)
            if follower == "end":
                break
            if follower not in _FOLLOWERS[current] and not (
                current == "else" and word == "try" and follower == "finally"
            ):
                self._fail(f"{follower} block cannot be attached to {current} block", ending[2])
            current, code = follower, rest[0] if rest else ""
            offset = ending[2] + len(ending[1]) - len(code)
        self._in_loop = outer
        if len(clauses) == 1 and word == "try":
            self._fail("{% try %} needs an {% except %} or a {% finally %}", offset)
        return Control(clauses)

    def parse_async(self, word: str, code: str, offset: int) -> Node:
        """Parse ``{% async for x in y %}``."""
        if not code.startswith("for "):
            self._fail(f"{{% async %}} is for loops: expected 'async for', not {code!r}", offset)
        node = self.parse_control("for", code[4:].strip(), offset)
        if isinstance(node, Control):
            node.clauses[0].keyword = "async for"
        return node

    def parse_jump(self, word: str, code: str, offset: int) -> Node:
        """Parse ``break`` or ``continue``."""
        if not self._in_loop:
            self._fail(f"{word} outside for or while block", offset)
        if code:
            self._fail(f"{{% {word} %}} takes nothing, but has {code!r}", offset)
        return Statement(word, offset)

    def parse_apply(self, word: str, code: str, offset: int) -> Node:
        """Parse ``apply``: its body is a function of its own, so it is in no outer loop."""
        self._require(word, code, offset, "method name")
        outer, self._in_loop = self._in_loop, False
        body = self._parse_simple_body(word, offset)
        self._in_loop = outer
        return Apply(code, offset, body)

    def parse_block(self, word: str, code: str, offset: int) -> Node:
        """Parse ``block``."""
        self._require(word, code, offset, "name")
        outer, self._in_block = self._in_block, True
        body = self._parse_simple_body(word, offset)
        self._in_block = outer
        return Block(code, offset, body)

    def parse_super(self, word: str, code: str, offset: int) -> Node:
        """Parse ``super``."""
        if code:
            self._fail(f"{{% super %}} takes nothing, but has {code!r}", offset)
        if not self._in_block:
            self._fail("{% super %} outside of a block", offset)
        return Super(offset)

    def parse_extends(self, word: str, code: str, offset: int) -> None:
        """Parse ``extends``: it is about the whole file, so it is not inside other directives."""
        self._require(word, code, offset, "file path")
        if self._depth:
            self._fail("{% extends %} inside another directive: it cannot be conditional", offset)
        self._file.parent = (_unquote(code), offset)

    def parse_include(self, word: str, code: str, offset: int) -> Node:
        """Parse ``include``."""
        self._require(word, code, offset, "file path")
        return Include(_unquote(code), offset)

    def parse_statement(self, word: str, code: str, offset: int) -> Node:
        """Parse ``import`` or ``from``: the directive is the statement."""
        self._require(word, code, offset, "statement")
        return Statement(f"{word} {code}", offset - len(word) - 1)

    def parse_set(self, word: str, code: str, offset: int) -> Node:
        """Parse ``set``: the statement is what follows the word."""
        self._require(word, code, offset, "statement")
        return Statement(code, offset)

    def parse_autoescape(self, word: str, code: str, offset: int) -> None:
        """Parse ``autoescape``: it is about the whole file, wherever it is."""
        if "#" in code or not all(part.isidentifier() for part in code.split(".")):
            code = self._check_function(code, offset)
        self._file.autoescape = None if code in ("", "None") else code

    def _check_function(self, code: str, offset: int) -> str:
        """Return the code of a function that is more than a name, so that code can follow it."""
        if code:
            function = Fragment(self._source, code, offset)
            function.parse()
            function.check()
        return f"({code}\n)" if "#" in code else code

    def parse_whitespace(self, word: str, code: str, offset: int) -> None:
        """Parse ``whitespace``: it is about the text that follows."""
        try:
            self._whitespace = check_mode(code)
        except ValueError as error:
            self._fail(str(error), offset)

    def parse_raw(self, word: str, code: str, offset: int) -> Node:
        """Parse ``raw``: an expression that is not escaped."""
        self._require(word, code, offset, "expression")
        return Expression(code, offset, raw=True)

    def parse_module(self, word: str, code: str, offset: int) -> Node:
        """Parse ``module``: a call of a UI module, which the framework puts into the namespace."""
        self._require(word, code, offset, "call of a module")
        return Expression(code, offset, raw=True, lead="_tt_modules.")

    def parse_comment(self, word: str, code: str, offset: int) -> None:
        """Parse ``comment``, which prints nothing."""

    def _require(self, word: str, code: str, offset: int, what: str) -> None:
        if not code:
            self._fail(f"{word} missing {what}", offset)


def _needs(word: str) -> str:
    return "'name in expression'" if word == "for" else "a condition"


def _unquote(name: str) -> str:
    """Return the name of a template without the quotes that it may have."""
    return name.strip('"').strip("'")


#: The method that parses each directive.
DIRECTIVES: dict[str, Callable[[Parser, str, str, int], Node | None]] = {
    "apply": Parser.parse_apply,
    "async": Parser.parse_async,
    "autoescape": Parser.parse_autoescape,
    "block": Parser.parse_block,
    "break": Parser.parse_jump,
    "comment": Parser.parse_comment,
    "continue": Parser.parse_jump,
    "extends": Parser.parse_extends,
    "for": Parser.parse_control,
    "from": Parser.parse_statement,
    "if": Parser.parse_control,
    "import": Parser.parse_statement,
    "include": Parser.parse_include,
    "module": Parser.parse_module,
    "raw": Parser.parse_raw,
    "set": Parser.parse_set,
    "super": Parser.parse_super,
    "try": Parser.parse_control,
    "while": Parser.parse_control,
    "whitespace": Parser.parse_whitespace,
}
#: Every word that may follow ``{%``.
NAMES = sorted([*DIRECTIVES, *_PARENTS, "end"])
