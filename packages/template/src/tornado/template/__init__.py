"""A template engine: HTML with Python in it, compiled to fast Python code."""

from __future__ import annotations

from tornado.util import ObjectDict, exec_in, publish

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

publish(globals())
