"""A template engine: HTML with Python in it, compiled to fast Python code."""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first asked for

from __future__ import annotations

from tornado.util import publish

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from ._classic import ObjectDict, exec_in
    from ._errors import ParseError
    from ._loaders import BaseLoader, DictLoader, Loader
    from ._template import Template
    from ._whitespace import filter_whitespace

__all__ = [
    "BaseLoader",
    "DictLoader",
    "Loader",
    "ObjectDict",
    "ParseError",
    "Template",
    "exec_in",
    "filter_whitespace",
]

publish(
    globals(),
    {
        "BaseLoader": "_loaders",
        "DictLoader": "_loaders",
        "Loader": "_loaders",
        "ObjectDict": "_classic",
        "ParseError": "_errors",
        "Template": "_template",
        "exec_in": "_classic",
        "filter_whitespace": "_whitespace",
    },
)
