"""Fragments: the piece of Python in one directive, and whether it is complete in itself.

The writer puts fragments side by side. Brackets or quotes that are opened in one directive and
closed in another would change the meaning of what stands between, so such fragments are refused.
Most are simple enough for one regular expression; the others are parsed alone.
"""

from __future__ import annotations

import re

from ._errors import PythonError

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from typing import NoReturn

    from ._source import Source

_PLAIN = r"""[^()\[\]{}'"#\\\n\x00]|'[^'\\\n\x00]*+'|"[^"\\\n\x00]*+\""""
#: Names, operators, strings on one line, and one level of brackets.
_SIMPLE = re.compile(rf"(?:{_PLAIN}|\((?:{_PLAIN})*+\)|\[(?:{_PLAIN})*+\])*+")
#: A word that leaves the function, which is not the template's own.
_RETURN = re.compile(r"(?:^|[;:])\s*return\b")
_PARSE_ONLY = 0x400  # ast.PyCF_ONLY_AST; importing ast would cost more than all of this package
_SHOWN = 60
#: What compile() raises for code that it does not like.
REFUSED = (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError)

#: How a fragment is parsed alone. Expressions are parsed twice: a closing bracket in the code could
#: fit one kind of bracket around it, but not both.
_FORMS = {
    None: ("({}\n)", "[{}\n]"),
    "": ("{}",),
    "for": ("for {}: pass",),
    "async for": ("async def f():\n async for {}: pass",),
    "except": ("try: pass\nexcept {}: pass",),
}


class Fragment:
    """The code of one directive.

    :param keyword: the word before the code in a statement, ``""`` if the code is all of it; None
        for an expression.
    """

    __slots__ = ("code", "keyword", "offset", "source")

    def __init__(self, source: Source, code: str, offset: int, keyword: str | None = None) -> None:
        self.source = source
        self.code = code
        self.offset = offset
        self.keyword = keyword

    def check(self) -> None:
        """Raise PythonError if the code is not complete in itself."""
        if not is_simple(self.code):
            if self.keyword is None and self.code.startswith("#"):
                self._require_code()
            self.parse()
        if self.keyword == "" and _RETURN.search(self.code):
            raise self.source.error("a template cannot return", self.offset)

    def _require_code(self) -> None:
        """Raise ParseError for comments alone: in brackets they would make an empty tuple."""
        lines = (line.strip() for line in self.code.split("\n"))
        if all(line.startswith("#") or not line for line in lines):
            raise self.source.error(f"nothing but a comment in {self.code!r}", self.offset)

    def parse(self) -> None:
        """Raise PythonError if Python cannot parse the code."""
        mode = "eval" if self.keyword is None else "exec"
        for form in _FORMS[self.keyword]:
            try:
                compile(form.replace("{}", self.code), "<template>", mode, _PARSE_ONLY, True)
            except REFUSED as error:
                blame(self.source, self.code, self.offset, error)


def is_simple(code: str) -> bool:
    """Tell whether code is complete at a glance."""
    if "'''" in code or '"""' in code:
        return False
    return _SIMPLE.fullmatch(code) is not None


def blame(source: Source, code: str, offset: int, error: BaseException) -> NoReturn:
    """Raise PythonError for code that compile() refused."""
    reason = getattr(error, "msg", None) or str(error) or type(error).__name__
    reason = reason.removesuffix(" on line 1").replace(" (detected at line 1)", "")
    if code.count("{") > code.count("}"):
        reason += "; where code ends with }, put a space before the closing }}"
    shown = code if len(code) <= _SHOWN else code[: _SHOWN - 3] + "..."
    message = f"invalid Python in {shown!r}: {reason}"
    found = PythonError(message, source.name, source.line(offset))
    found.show(source.line_text(offset), source.column(offset), len(code.split("\n", 1)[0]))
    raise found from None
