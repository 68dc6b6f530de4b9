"""Checks that a piece of Python in a directive is complete in itself.

The writer puts the pieces side by side. Brackets or quotes that are opened in one directive and
closed in another would change the meaning of what stands between, so such pieces are refused. Most
pieces are simple enough for one regular expression; the others are parsed alone.
"""

from __future__ import annotations

import re
from typing import NoReturn

from ._errors import PythonError
from ._source import Source

_PLAIN = r"""[^()\[\]{}'"#\\\n\x00]|'[^'\\\n\x00]*+'|"[^"\\\n\x00]*+\""""
#: Names, operators, strings on one line, and one level of brackets.
_SIMPLE = re.compile(rf"(?:{_PLAIN}|\((?:{_PLAIN})*+\)|\[(?:{_PLAIN})*+\])*+")
_PARSE_ONLY = 0x400  # ast.PyCF_ONLY_AST; importing ast would cost more than all of this module


def is_simple(code: str) -> bool:
    """Tell whether code is complete at a glance."""
    if "'''" in code or '"""' in code:
        return False
    return _SIMPLE.fullmatch(code) is not None


def parse_expression(source: Source, code: str, offset: int) -> None:
    """Raise PythonError for an expression that Python cannot parse."""
    # Twice: a closing bracket in the code could fit the one kind around it, not both.
    for opening, closing in ("(", ")"), ("[", "]"):
        _parse(source, f"{opening}{code}\n{closing}", "eval", code, offset)


def parse_statement(source: Source, code: str, offset: int, keyword: str = "") -> None:
    """Raise PythonError for a statement that Python cannot parse."""
    text = {
        "": code,
        "for": f"for {code}: pass",
        "async for": f"async def f():\n async for {code}: pass",
        "except": f"try: pass\nexcept {code}: pass",
    }[keyword]
    _parse(source, text, "exec", code, offset)


def _parse(source: Source, text: str, mode: str, code: str, offset: int) -> None:
    try:
        compile(text, "<template>", mode, _PARSE_ONLY, dont_inherit=True)
    except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError) as error:
        blame(source, code, offset, error)


def blame(source: Source, code: str, offset: int, error: BaseException) -> NoReturn:
    """Raise PythonError for the code at an offset."""
    reason = getattr(error, "msg", None) or str(error) or type(error).__name__
    hint = ""
    if "{" in code and "was never closed" in reason:
        hint = "; where code ends with }, put a space before the closing }}"
    shown = code if len(code) <= 60 else code[:57] + "..."
    found = PythonError(
        f"invalid Python in {shown!r}: {reason}{hint}", source.name, source.line(offset)
    )
    raise found from None
