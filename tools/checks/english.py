"""Words and phrases that a native writer would not use here, and what to write instead.

The list is short, and false findings have to be rare: what needs judgement is left to readers.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from .prose import Passage, page, passages

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Rule:
    """A phrase, what to write instead of it, and the contexts in which it is right."""

    phrase: str  #: a regular expression; a space in it is any white space
    instead: str
    unless: str = "(?!)"
    except_in: tuple[str, ...] = ()  #: beginnings of paths of files that are about that very thing

    def find(self, passage: Passage) -> Iterator[tuple[int, str]]:
        """Yield the line and the words of each place where the phrase is wrong."""
        for match in _compiled(self.phrase).finditer(passage.text):
            start, end = match.span()
            allowed = _compiled(self.unless).finditer(passage.text, max(0, start - 100), end + 60)
            if not any(each.start() <= start and end <= each.end() for each in allowed):
                yield passage.line_at(start), " ".join(match[0].split())


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace(" ", r"\s+"), re.IGNORECASE)


_PROXY = r"(?:[\w-]+ ){0,3}(?:prox(?:y|ies)|nginx|balancers?|server|gateway|cdn|cache)"

RULES = (
    Rule(
        r"\bbehind\b",
        '"after" for time and order, "beyond" or "through" for place',
        rf"\b(?:leav|left|lag|f[ae]ll|stay|tick|hid(?:e|den))\w*(?: [\w,]+){{0,14}} behind\b|\bbehind {_PROXY}"
        r"|\b(?:exceptions?|implementations?|reasons?|ideas?|tables?|lists?) (?:is |are )?behind\b"
        r"|\bbehind (?:[\w']+ ){1,2}back\b",
    ),
    Rule(
        r"\bin front of\b",
        '"before"',
        r"\b(?:prox(?:y|ies)|nginx|balancers?|servers?|something|anything) (?:\w+ ){0,2}in front of",
    ),
    Rule(r"\bin the place of\b|\bin place of\b", '"instead of"'),
    Rule(
        r"\b(?:is|are|was|were) no (?!longer\b|more\b|less\b|other\b|such\b|different\b|use\b|one\b|\w+er than\b)[a-z]",
        '"is not a ..." or "is not ..."',
        r"\b(?:there|here|nor) (?:is|are|was|were) no [a-z]",
    ),
    Rule(r"\bwhoever\b", '"when somebody", or name who it is'),
    Rule(
        r"\b(?:client|server|peer|program|browser|connection|stream|proxy|handler|listener|request"
        r"|library|process|function|callback|method|class|delegate|application)s? who\b",
        '"that"',
    ),
    Rule(
        r"\brooms?\b",
        '"module"',
        r"\b(?:no|enough|more|makes?|chat|asks? for|asked for|is|has|have) rooms?\b"
        r"|\brooms? (?:to|for|left|without)\b|\bfor room\b",
        except_in=("demos/chat/", "tests/test_chat", "tests/chat"),
    ),
    Rule(r"\bfaces?\b", '"public module" or "`__init__`"', r"\bfaces? (?:the (?:internet|network)|a)\b"),
    Rule(r"\broofs?\b", '"meta-package"'),
    Rule(
        r"\b(?:lower|upper|higher|raised?|its) floors?\b|\bfloors\b",
        '"lower layer", or "lower bound" of a version',
    ),
    Rule(r"\barrows?\b", '"dependency"', r"\barrow (?:keys?|functions?)\b"),
    Rule(r"\btwins?\b", '"counterpart" or "equivalent"'),
    Rule(r"\brims?\b", '"I/O layer"'),
    Rule(r"\bheirs?\b", '"subclass" or "descendant"'),
    Rule(r"\bhops?\b", '"request" or "redirect"', r"\b(?:hop-by-hop|(?:per|next|one|each|every)[- ]hops?)\b"),
    Rule(r"\bstands? (?:on|upon|behind|under)\b", '"depends on", "is built on" or "is on"'),
    Rule(r"\bby way of\b", '"through" or "by"'),
    Rule(r"\ban own\b", '"its own", "a separate" or "... of its own"'),
    Rule(r"\bcan not\b", '"cannot"', r"\bcan not only\b"),
    Rule(r"\bone of both\b", '"either"'),
)  # fmt: skip

_ANY = _compiled("|".join(f"(?:{rule.phrase})" for rule in RULES))

#: Words that name nothing of this field: a name made of them needs its docstring to be understood.
NAMES = {
    "arrow": "dependency", "arrows": "dependencies", "face": "init", "faces": "public_modules",
    "heir": "subclass", "hop": "request", "hops": "requests", "puller": "reader", "rim": "io",
    "roof": "meta_package", "twin": "counterpart", "twins": "counterparts", "whoever": "who it is",
}  # fmt: skip

#: Bare participles and past tenses, which do not say what a function does.
PARTICIPLES = frozenset({"asked", "let_go", "made", "said", "shown", "taken", "told", "waited"})


def english(source: str, tree: ast.Module, *, messages: bool, place: str = "") -> Iterator[str]:
    """Find wrong words in a Python file.

    :param messages: look at string literals too, not only at docstrings, comments and names.
    :param place: the path of the file in the repository.
    """
    # Few files hold any of the words: the rest need not be taken apart. A phrase goes on in the next
    # line of a comment, so the signs of comments count as white space.
    if _ANY.search(re.sub(r"\n\s*#:?", "\n", source)):
        for passage in passages(source, tree, messages=messages):
            yield from _in_passage(passage, place)
    yield from _in_names(tree)


def english_of_page(text: str, place: str = "") -> Iterator[str]:
    """Find wrong words on a page in Markdown, which has this path in the repository."""
    yield from _in_passage(page(text), place)


def _in_passage(passage: Passage, place: str) -> Iterator[str]:
    for rule in RULES:
        if place.startswith(rule.except_in):
            continue
        for line, words in rule.find(passage):
            yield f':{line}: "{words}": write {rule.instead}'


def _in_names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for name, line in _defined_names(node):
            if is_function and name.strip("_") in PARTICIPLES:
                yield f":{line}: {name}: write a verb that says what it does"
            for word in NAMES.keys() & words_of(name):
                yield f":{line}: {name}: write {NAMES[word]} for {word}"


def _defined_names(node: ast.AST) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        yield node.name, node.lineno
    elif isinstance(node, ast.arg):
        yield node.arg, node.lineno
    elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
        yield node.id if isinstance(node, ast.Name) else node.attr, node.lineno


@cache
def words_of(name: str) -> list[str]:
    """Return the words of a name in either style, in lower case."""
    return re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())
