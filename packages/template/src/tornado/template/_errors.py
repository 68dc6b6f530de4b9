"""What can be wrong with a template.

::

    Exception
    ├── ParseError             the text of the template is wrong
    │   └── PythonError        ... because of the Python inside a directive (also a SyntaxError)
    └── StaleTemplateError     a compiled template is not up to date
"""

from __future__ import annotations


class ParseError(Exception):
    """A template that cannot be compiled, because of its text or of what it extends or includes.

    :param message: what is wrong and what was expected.
    :param filename: the template's name.
    :param lineno: the line, counted from 1; 0 if no line is wrong by itself.

    .. versionchanged:: 1.0
       Faulty Python inside a directive is reported as a ParseError too; that error is also a
       :class:`SyntaxError`.
    """

    # Tracebacks show the name, and perhaps nobody has imported the class from the package yet.
    __module__ = "tornado.template"

    def __init__(self, message: str, filename: str | None = None, lineno: int = 0) -> None:
        #: What is wrong, without the place.
        self.message = message
        #: The name of the template.
        self.filename = filename
        #: The line in the template, counted from 1.
        self.lineno = lineno

    def __str__(self) -> str:
        return f"{self.message} at {self.filename}:{self.lineno}"


class PythonError(ParseError, SyntaxError):  # type: ignore[misc]  # both say that lineno is an int
    """Python inside a directive that does not compile; it is a SyntaxError, too.

    .. versionadded:: 1.0
    """

    __module__ = "tornado.template"

    def __init__(self, message: str, filename: str | None = None, lineno: int = 0) -> None:
        ParseError.__init__(self, message, filename, lineno)
        self.msg = message

    def show(self, line: str, column: int, width: int) -> None:
        """Let Python show the faulty line, with the code underlined.

        :param column: where the code starts, in characters, counted from 0.
        """
        self.text = line
        self.offset = column + 1
        self.end_lineno = self.lineno
        self.end_offset = column + 1 + width


class StaleTemplateError(Exception):
    """A compiled template that must be compiled again.

    Its source has changed, another version of the engine has made it, or it was made with settings
    that are not the loader's.

    .. versionadded:: 1.0
    """

    __module__ = "tornado.template"
