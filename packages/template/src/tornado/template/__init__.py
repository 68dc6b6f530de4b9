"""HTML templates with Python inside, each compiled to one Python function.

>>> Template("<p>Hello {{ name }}!</p>").generate(name="<Ada>")
b'<p>Hello &lt;Ada&gt;!</p>'

=========================  =========================================================
in a template              is
=========================  =========================================================
``{{ expression }}``       the value of any Python expression, escaped for HTML
``{% directive %}``        a step: ``if``, ``for``, ``include`` ... up to ``{% end %}``
``{# comment #}``          nothing
``{{!``, ``{%!``, ``{#!``  the two characters before the ``!``
=========================  =========================================================

A :class:`Template` is compiled from text. A loader finds templates by name, keeps them compiled and
lets them extend and include one another: :class:`Loader` reads a folder, :class:`DictLoader` a
dictionary, :class:`CompiledLoader` what :func:`compile_directory` has prepared for a fast start;
:class:`BaseLoader` is for loaders of your own.

A template that does not compile raises :class:`ParseError`, with file and line. An error while
rendering shows the template's own lines in its traceback.

A template is a program: it can do whatever the program that renders it can do.

Importing this module is almost free: each private module is imported when one of its names is first
used. A template takes three steps. ``_parsing`` makes a tree of its text, ``_writing`` writes the
tree as a Python function and compiles that to a program, and ``_program`` runs it with the functions
of ``_runtime``. After an error, ``_traceback`` shows the lines of the template.
"""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first used

from __future__ import annotations

from tornado.util import publish

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from tornado.util import ObjectDict, exec_in

    from ._compiled_files import compile_directory
    from ._compiled_loader import CompiledLoader
    from ._errors import ParseError, PythonError, StaleTemplateError
    from ._loaders import BaseLoader, DictLoader, Loader
    from ._parsing._whitespace import filter_whitespace
    from ._template import Template

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
        "CompiledLoader": "_compiled_loader",
        "DictLoader": "_loaders",
        "Loader": "_loaders",
        "ParseError": "_errors",
        "PythonError": "_errors",
        "StaleTemplateError": "_errors",
        "Template": "_template",
        "compile_directory": "_compiled_files",
        "filter_whitespace": "_parsing._whitespace",
    },
    # Classic programs take these from here.
    aliases={"ObjectDict": "tornado.util", "exec_in": "tornado.util"},
)
