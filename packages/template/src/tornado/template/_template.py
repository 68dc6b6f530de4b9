"""The Template: a compiled template that renders."""

from __future__ import annotations

from ._source import Source
from ._whitespace import check_mode, default_mode

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from typing import Any, NoReturn

    from ._loaders import BaseLoader
    from ._nodes import File
    from ._program import Program

# The styles of the writer; its room is needed to compile only, not to run what is compiled.
_PLAIN, _STREAM, _NAMED = 0, 1, 2


class _UnsetMarker:
    """The default of arguments for which None means something."""

    def __repr__(self) -> str:
        return "<unset>"


_UNSET = _UnsetMarker()


class Template:
    """A compiled template.

    :param template_string: the text, ``str`` or UTF-8.
    :param name: what errors call it; its suffix decides the white space mode.
    :param loader: finds the templates that this one extends and includes.
    :param compress_whitespace: the old way to say ``whitespace``: True for ``"single"``, False
        for ``"all"``.
    :param autoescape: the name of the function that ``{{ }}`` goes through, None for none; the
        loader's where this is not given.
    :param whitespace: ``"all"``, ``"single"`` or ``"oneline"``, see :func:`filter_whitespace`.
    :raises ParseError: for text that is no template.
    """

    __module__ = "tornado.template"  # also where nobody has asked the face for it

    def __init__(
        self,
        template_string: str | bytes,
        name: str = "<string>",
        loader: BaseLoader | None = None,
        compress_whitespace: bool | _UnsetMarker = _UNSET,
        autoescape: str | _UnsetMarker | None = _UNSET,
        whitespace: str | None = None,
    ) -> None:
        self._adopt(name, loader)
        mode = choose_whitespace(name, loader, compress_whitespace, whitespace)
        if isinstance(autoescape, _UnsetMarker):
            autoescape = loader.autoescape if loader is not None else "xhtml_escape"
        self._file: File | None = parse(Source.decode(name, template_string), autoescape, mode)
        #: The escape function's name, after ``{% autoescape %}`` has had its say.
        self.autoescape = self._file.autoescape
        if loader is None or not loader._collecting:
            self._get_program(_PLAIN)

    def _adopt(self, name: str, loader: BaseLoader | None) -> None:
        """Set what templates have, however they were made."""
        from ._runtime import DEFAULTS  # here, as nothing else needs markupsafe before

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
        :raises RuntimeError: if the template awaits; use :meth:`generate_async`.
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
        """Render piece by piece: what stands before a loop is there before the loop has run.

        :raises RuntimeError: if the template awaits; use :meth:`stream_async`.

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
        """Return the generated Python: debuggers and profilers ask ``__loader__`` for it."""
        return self.code

    def _refuse(self, method: str) -> NoReturn:
        raise RuntimeError(f"the template {self.name} awaits something: use {method}()")

    def _choose_program(self, namespace: dict[str, Any], style: int) -> Program:
        """Return the program that fits the names: somebody may have replaced the escaping."""
        if namespace["xhtml_escape"] is not self._own_names["xhtml_escape"]:
            style += _NAMED
        return self._programs.get(style) or self._get_program(style)

    def _get_program(self, style: int) -> Program:
        """Return the program of a style, built on first use."""
        program = self._programs.get(style)
        if program is None:
            from ._compiler import build

            program = self._programs[style] = build(self._get_file(), style, self._find)
        return program

    def _get_file(self) -> File:
        """Return the parsed template."""
        if self._file is None:
            self._file = self._parse()
        return self._file

    def _parse(self) -> File:
        """Parse what was not parsed when the template was made."""
        raise NotImplementedError

    def _find(self, name: str, parent: str) -> File:
        """Return the parsed form of another template."""
        if self.loader is None:
            from ._family import NoLoaderError

            raise NoLoaderError
        return self.loader._collect(name, parent)._get_file()


def parse(source: Source, autoescape: str | None, whitespace: str) -> File:
    """Return the parsed form of a source."""
    from ._nodes import File
    from ._parser import Parser

    file = File(source, autoescape)
    Parser(file, whitespace).parse()
    return file


def choose_whitespace(
    name: str,
    loader: BaseLoader | None,
    compress: bool | _UnsetMarker = _UNSET,
    whitespace: str | None = None,
) -> str:
    """Return the white space mode that arguments, loader and file name ask for."""
    if not isinstance(compress, _UnsetMarker):
        if whitespace is not None:
            raise ValueError("whitespace and compress_whitespace exclude each other")
        whitespace = "single" if compress else "all"
    if not whitespace and loader is not None:
        whitespace = loader.whitespace
    return check_mode(whitespace) if whitespace else default_mode(name)
