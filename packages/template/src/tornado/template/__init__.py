"""HTML templates with Python inside, each compiled to one Python function.

>>> Template("<p>Hello {{ name }}!</p>").generate(name="<Ada>")
b'<p>Hello &lt;Ada&gt;!</p>'

=========================  =========================================================
in a template              is
=========================  =========================================================
``{{ expression }}``       the value of any Python expression, escaped for HTML
``{% directive %}``        a step: ``if``, ``for``, ``include`` ... up to ``{% end %}``
``{# comment #}``          nothing
``{{!``, ``{%!``, ``{#!``  the same two characters without the ``!``
=========================  =========================================================

A :class:`Template` is compiled from text. A loader finds templates by name, keeps them compiled and
lets them extend and include one another: :class:`Loader` reads a folder, :class:`DictLoader` a
dictionary, :class:`CompiledLoader` what :func:`compile_directory` has prepared for a fast start;
:class:`BaseLoader` is for loaders of your own.

A template that does not compile raises :class:`ParseError`, with file and line. An error while
rendering shows the template's own lines in its traceback.

A template is a program: it may do whatever the program may do that renders it.

Importing this module is almost free: each room behind it is imported when one of its names is first
asked for. A pipeline of rooms makes a template: ``_reader`` cuts the text into tokens, ``_parser``
makes ``_nodes`` of them, ``_writer`` writes these down as Python, ``_compiler`` compiles that to a
``_program``, which runs with what is in ``_runtime``; ``_traceback`` is for when it fails.
"""

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
