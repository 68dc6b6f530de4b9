"""The sentences of a file: docstrings, comments, messages, and the text of pages."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Parts of a text that are not sentences.
_CODE = re.compile(r"``[^`]*``|`[^`]*`|https?://\S+")

#: The same on a page in Markdown.
_CODE_OF_PAGES = re.compile(
    r"(?ms)^ *```.*?^ *```|`[^`]*`|\]\([^)]*\)|<!--.*?-->|^    +\S[^\n]*|https?://\S+"
)


@dataclass(frozen=True)
class Passage:
    """Some text and the line where it begins."""

    line: int
    text: str

    def line_at(self, position: int) -> int:
        """Return the line of the file that has the character at a position of the text."""
        return self.line + self.text.count("\n", 0, position)


def passages(source: str, tree: ast.Module, *, messages: bool) -> Iterator[Passage]:
    """Yield the comments and docstrings of a Python file.

    :param messages: yield other string literals of three words and more too.
    """
    yield from comments(source)
    docstrings = {id(node) for node in map(_docstring_node, ast.walk(tree)) if node is not None}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) in docstrings:
                yield Passage(node.lineno, _without_code(node.value))
            elif messages and len(re.findall(r"[A-Za-z]{2,}", node.value)) > 2:
                yield Passage(node.lineno, node.value)


def comments(source: str) -> Iterator[Passage]:
    """Yield the comments of a Python file; those on following lines belong together."""
    block: list[str] = []
    first = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        line = token.start[0]
        if block and line != first + len(block):
            yield Passage(first, "\n".join(block))
            block = []
        first = first if block else line
        block.append(_without_code(token.string.lstrip("#: ")))
    if block:
        yield Passage(first, "\n".join(block))


def page(text: str) -> Passage:
    """Return the sentences of a page in Markdown; its code is blank."""
    return Passage(1, _without_code(text, _CODE_OF_PAGES))


def _without_code(text: str, code: re.Pattern[str] = _CODE) -> str:
    return code.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def _docstring_node(node: ast.AST) -> ast.Constant | None:
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    if isinstance(node, kinds) and node.body:
        first = node.body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            return first.value
    return None
