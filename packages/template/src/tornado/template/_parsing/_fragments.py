"""Fragments: the Python in one directive, and the check that it is complete in itself.

The writer puts fragments side by side. If one directive opened a bracket or a quote and another
closed it, the meaning of everything between would change, so such fragments are refused. Most
fragments are simple enough for one regular expression; the others are parsed alone.
"""

from __future__ import annotations

import re

from .._errors import PythonError

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from typing import NoReturn

    from .._source import Source

_PLAIN = r"""[^()\[\]{}'"#\\\n\x00]++|'[^'\\\n\x00]*+'|"[^"\\\n\x00]*+\""""
#: Names, operators, strings on one line, and one level of brackets.
_SIMPLE = re.compile(rf"(?:{_PLAIN}|\((?:{_PLAIN})*\)|\[(?:{_PLAIN})*\])*")
#: Words that leave a function: a template must not leave the function that it is compiled to.
_LEAVING = re.compile(r"\b(?:return|yield)\b")
_OUTSIDE_FUNCTION = re.compile(r"'(return|yield)\b.*' outside function")
# ast.PyCF_ONLY_AST and ast.PyCF_ALLOW_TOP_LEVEL_AWAIT: importing ast would cost more than importing
# this whole package.
_PARSE_ONLY, _AWAIT = 0x400, 0x2000
#: How many characters of code a message shows.
_MAX_SHOWN = 60
#: What compile() raises for code that it does not accept.
COMPILE_ERRORS = (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError)

#: How a fragment is parsed alone, by keyword. Expressions are parsed twice: a closing bracket in the
#: code could match one kind of bracket around it, but not both.
_FORMS = {
    None: ("({}\n)", "[{}\n]"),
    "": ("{}",),
    "for": ("for {}: pass",),
    "async for": ("async def f():\n async for {}: pass",),
    "except": ("try: pass\nexcept {}: pass",),
}


class Fragment:
    """The code of one directive.

    :param offset: where the code starts in the source.
    :param keyword: the word before the code in a statement, ``""`` if the code is the whole
        statement, None for an expression.
    """

    __slots__ = ("code", "keyword", "offset", "source")

    def __init__(self, source: Source, code: str, offset: int, keyword: str | None = None) -> None:
        self.source = source
        self.code = code
        self.offset = offset
        self.keyword = keyword

    def check(self) -> None:
        """Check that the code is complete in itself.

        :raises PythonError: it is not.
        :raises ParseError: it returns or yields from the template, or is only a comment.
        """
        if not is_simple(self.code):
            if self.keyword is None and self.code.startswith("#"):
                self._require_code()
            self.parse()
        if _LEAVING.search(self.code):
            self._refuse_leaving()

    def _refuse_leaving(self) -> None:
        """Raise ParseError if the code returns or yields outside of functions of its own."""
        form = "async for {}: pass" if self.keyword == "async for" else _FORMS[self.keyword][0]
        mode = "eval" if self.keyword is None else "exec"
        try:
            compile(form.replace("{}", self.code), "<template>", mode, _AWAIT, True)
        except COMPILE_ERRORS as error:
            match = _OUTSIDE_FUNCTION.match(getattr(error, "msg", None) or "")
            if match is not None:
                raise self.source.error(f"a template cannot {match[1]}", self.offset) from None

    def _require_code(self) -> None:
        """Raise ParseError for a comment alone: in brackets it would make an empty tuple."""
        lines = (line.strip() for line in self.code.split("\n"))
        if all(line.startswith("#") or not line for line in lines):
            raise self.source.error(f"nothing but a comment in {self.code!r}", self.offset)

    def parse(self) -> None:
        """Raise PythonError if Python cannot parse the code."""
        mode = "eval" if self.keyword is None else "exec"
        for form in _FORMS[self.keyword]:
            try:
                compile(form.replace("{}", self.code), "<template>", mode, _PARSE_ONLY, True)
            except COMPILE_ERRORS as error:
                raise_python_error(self.source, self.code, self.offset, error)


def is_simple(code: str) -> bool:
    """Tell whether code is certainly complete, without parsing it."""
    if "'''" in code or '"""' in code:
        return False
    return _SIMPLE.fullmatch(code) is not None


def raise_python_error(source: Source, code: str, offset: int, error: BaseException) -> NoReturn:
    """Raise PythonError for code that compile() refused."""
    reason = getattr(error, "msg", None) or str(error) or type(error).__name__
    reason = reason.removesuffix(" on line 1").replace(" (detected at line 1)", "")
    if code.count("{") > code.count("}"):
        reason += "; where code ends with }, put a space before the closing }}"
    excerpt = code if len(code) <= _MAX_SHOWN else code[: _MAX_SHOWN - 3] + "..."
    message = f"invalid Python in {excerpt!r}: {reason}"
    python_error = PythonError(message, source.name, source.line(offset))
    width = len(code.split("\n", 1)[0])
    python_error.show(source.line_text(offset), source.column(offset), width)
    raise python_error from None
