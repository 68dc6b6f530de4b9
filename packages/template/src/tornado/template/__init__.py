"""A template engine: HTML with Python in it, compiled to fast Python code."""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first asked for

from __future__ import annotations

from tornado.util import publish

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from ._classic import ObjectDict, exec_in
    from ._compiled import CompiledLoader
    from ._errors import ParseError, PythonError, StaleTemplateError
    from ._loaders import BaseLoader, DictLoader, Loader
    from ._packing import compile_directory
    from ._template import Template
    from ._whitespace import filter_whitespace

__all__ = [
    "BaseLoader",
    "CompiledLoader",
    "DictLoader",
    "Loader",
    "ObjectDict",
    "ParseError",
    "PythonError",
    "StaleTemplateError",
    "Template",
    "compile_directory",
    "exec_in",
    "filter_whitespace",
]

publish(
    globals(),
    {
        "BaseLoader": "_loaders",
        "CompiledLoader": "_compiled",
        "DictLoader": "_loaders",
        "Loader": "_loaders",
        "ObjectDict": "_classic",
        "ParseError": "_errors",
        "PythonError": "_errors",
        "StaleTemplateError": "_errors",
        "Template": "_template",
        "compile_directory": "_packing",
        "exec_in": "_classic",
        "filter_whitespace": "_whitespace",
    },
)
