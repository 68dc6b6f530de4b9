"""The class Template: a compiled template that renders."""

from __future__ import annotations

from ._parsing._whitespace import check_mode, default_mode
from ._source import Source

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from typing import Any, NoReturn

    from ._loaders import BaseLoader
    from ._parsing._nodes import File
    from ._program import Program

# The styles of the writer, whose module is not loaded to run what is already compiled.
_PLAIN, _STREAM, _NAMED = 0, 1, 2


class _UnsetMarker:
    """The default of arguments for which None has a meaning."""

    def __repr__(self) -> str:
        return "<unset>"


_UNSET = _UnsetMarker()


class Template:
    """A compiled template.

    :param template_string: the text, ``str`` or UTF-8.
    :param name: the name in errors; the white space mode depends on its suffix.
    :param loader: finds the templates that this one extends and includes.
    :param compress_whitespace: the old form of ``whitespace``: True for ``"single"``, False for
        ``"all"``.
    :param autoescape: the name of the function that escapes ``{{ }}``, None for none; by
        default that of the loader.
    :param whitespace: ``"all"``, ``"single"`` or ``"oneline"``, see :func:`filter_whitespace`.
    :raises ParseError: the text is not a template.
    """

    __module__ = "tornado.template"  # even if nobody has imported it from the package

    def __init__(
        self,
        template_string: str | bytes,
        name: str = "<string>",
        loader: BaseLoader | None = None,
        compress_whitespace: bool | _UnsetMarker = _UNSET,
        autoescape: str | _UnsetMarker | None = _UNSET,
        whitespace: str | None = None,
    ) -> None:
        self._initialize(name, loader)
        mode = choose_whitespace(name, loader, compress_whitespace, whitespace)
        if isinstance(autoescape, _UnsetMarker):
            autoescape = loader.autoescape if loader is not None else "xhtml_escape"
        self._file: File | None = parse(Source.decode(name, template_string), autoescape, mode)
        #: The name of the escape function, as ``{% autoescape %}`` may have changed it.
        self.autoescape = self._file.autoescape
        if loader is None or not loader._collecting:
            self._get_program(_PLAIN)

    def _initialize(self, name: str, loader: BaseLoader | None) -> None:
        """Set the attributes that all templates have, compiled from text or from a file."""
        from ._runtime import DEFAULTS  # this imports markupsafe, which is not needed before

        self.name = name
        self.loader = loader
        #: Names that the loader gives to all of its templates.
        self.namespace: dict[str, Any] = loader.namespace if loader is not None else {}
        self._own_names = {
            **DEFAULTS,
            "__name__": name.replace(".", "_"),
            "__loader__": self,
        }
        self._programs: dict[int, Program] = {}

    @property
    def code(self) -> str:
        """The generated Python."""
        return self._get_program(_PLAIN).source

    def generate(self, **kwargs: Any) -> bytes:
        """Render with the given names.

        :returns: UTF-8, unless the template prints bytes that are something else.
        :raises RuntimeError: the template awaits; use :meth:`generate_async`.
        """
        namespace = {**self._own_names, **self.namespace, **kwargs}
        program = self._choose_program(namespace, _PLAIN)
        if program.asynchronous:
            self._refuse("generate_async")
        return program.render(namespace)

    async def generate_async(self, **kwargs: Any) -> bytes:
        """Render a template that may use ``await`` and ``{% async for %}``.

        .. versionadded:: 1.0
        """
        namespace = {**self._own_names, **self.namespace, **kwargs}
        return await self._choose_program(namespace, _PLAIN).render_async(namespace)

    def stream(self, **kwargs: Any) -> Iterator[bytes]:
        """Render piece by piece: the output before a loop is there before the loop has run.

        :raises RuntimeError: the template awaits; use :meth:`stream_async`.

        .. versionadded:: 1.0
        """
        namespace = {**self._own_names, **self.namespace, **kwargs}
        program = self._choose_program(namespace, _STREAM)
        if program.asynchronous:
            self._refuse("stream_async")
        return program.stream(namespace)

    def stream_async(self, **kwargs: Any) -> AsyncIterator[bytes]:
        """Render piece by piece, as :meth:`stream` does, with ``await`` and ``{% async for %}``.

        .. versionadded:: 1.0
        """
        namespace = {**self._own_names, **self.namespace, **kwargs}
        return self._choose_program(namespace, _STREAM).stream_async(namespace)

    def get_source(self, fullname: str) -> str:
        """Return the generated Python, for which debuggers and profilers ask ``__loader__``."""
        return self.code

    def _refuse(self, method: str) -> NoReturn:
        raise RuntimeError(f"the template {self.name} awaits something: use {method}()")

    def _choose_program(self, namespace: dict[str, Any], style: int) -> Program:
        """Return the program for a style and names: these may have another ``xhtml_escape``."""
        if namespace["xhtml_escape"] is not self._own_names["xhtml_escape"]:
            style += _NAMED
        return self._programs.get(style) or self._get_program(style)

    def _get_program(self, style: int) -> Program:
        """Return the program of a style, built on first use."""
        program = self._programs.get(style)
        if program is None:
            from ._writing._compiler import build_program

            program = build_program(self._get_file(), style, self._find_file)
            self._programs[style] = program
        return program

    def _get_file(self) -> File:
        """Return the parsed template."""
        if self._file is None:
            self._file = self._parse()
        return self._file

    def _parse(self) -> File:
        """Parse a template that was not parsed when it was made."""
        raise NotImplementedError

    def _find_file(self, name: str, parent: str) -> File:
        """Return the parsed form of another template."""
        if self.loader is None:
            from ._writing._inheritance import NoLoaderError

            raise NoLoaderError
        return self.loader._collect(name, parent)._get_file()


def parse(source: Source, autoescape: str | None, whitespace: str) -> File:
    """Return the parsed form of a source."""
    from ._parsing._nodes import File
    from ._parsing._parser import Parser

    file = File(source, autoescape)
    Parser(file, whitespace).parse()
    return file


def choose_whitespace(
    name: str,
    loader: BaseLoader | None,
    compress: bool | _UnsetMarker = _UNSET,
    whitespace: str | None = None,
) -> str:
    """Return the white space mode: the argument's, the loader's, or that of the file name.

    :raises ValueError: there is no such mode, or both arguments are given.
    """
    if not isinstance(compress, _UnsetMarker):
        if whitespace is not None:
            raise ValueError("whitespace and compress_whitespace exclude each other")
        whitespace = "single" if compress else "all"
    if not whitespace and loader is not None:
        whitespace = loader.whitespace
    return check_mode(whitespace) if whitespace else default_mode(name)
