"""The Template: a compiled template that renders."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from tornado.escape import xhtml_escape

from ._nodes import File
from ._parser import Parser
from ._program import Program, build
from ._runtime import DEFAULTS, Output
from ._source import Source
from ._traceback import translate
from ._whitespace import check_mode, default_mode
from ._writer import Style

if TYPE_CHECKING:
    from ._loaders import BaseLoader


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

    def __init__(
        self,
        template_string: str | bytes,
        name: str = "<string>",
        loader: BaseLoader | None = None,
        compress_whitespace: bool | _UnsetMarker = _UNSET,
        autoescape: str | _UnsetMarker | None = _UNSET,
        whitespace: str | None = None,
    ) -> None:
        self.name = name
        self.loader = loader
        #: Names that the loader gives to all of its templates.
        self.namespace: dict[str, Any] = loader.namespace if loader is not None else {}
        mode = _choose_whitespace(name, loader, compress_whitespace, whitespace)
        if isinstance(autoescape, _UnsetMarker):
            autoescape = loader.autoescape if loader is not None else "xhtml_escape"
        path = loader._path_of(name) if loader is not None else None
        source = Source(name, _text(template_string, name), path)
        self._file = File(source, autoescape)
        Parser(self._file, mode).parse()
        #: The escape function's name, after ``{% autoescape %}`` has had its say.
        self.autoescape = self._file.autoescape
        self._programs: dict[Style, Program] = {}
        self._plain: Program | None = None
        if loader is None or not loader._is_collecting():
            self._get_plain()

    @property
    def code(self) -> str:
        """The generated Python."""
        return self._get_plain().source

    def generate(self, **kwargs: Any) -> bytes:
        """Render with the given names.

        :raises RuntimeError: if the template awaits; use :meth:`generate_async`.
        """
        program, namespace = self._prepare(kwargs)
        if program.style.asynchronous:
            self._refuse("generate_async")
        output = Output()
        try:
            return output.encode(program.start(namespace, output))
        except Exception as error:
            translate(error, program)
            raise

    async def generate_async(self, **kwargs: Any) -> bytes:
        """Render a template that may use ``await`` and ``{% async for %}``.

        .. versionadded:: 1.0
        """
        program, namespace = self._prepare(kwargs)
        output = Output()
        try:
            text = program.start(namespace, output)
            return output.encode(await text if program.style.asynchronous else text)
        except Exception as error:
            translate(error, program)
            raise

    def stream(self, **kwargs: Any) -> Iterator[bytes]:
        """Render piece by piece: what stands before a loop is there before the loop has run.

        :raises RuntimeError: if the template awaits; use :meth:`stream_async`.

        .. versionadded:: 1.0
        """
        program, namespace = self._prepare(kwargs, stream=True)
        if program.style.asynchronous:
            self._refuse("stream_async")
        return _stream(program, namespace)

    def stream_async(self, **kwargs: Any) -> AsyncIterator[bytes]:
        """Render piece by piece, as :meth:`stream` does, with ``await`` and ``{% async for %}``.

        .. versionadded:: 1.0
        """
        program, namespace = self._prepare(kwargs, stream=True)
        return _stream_async(program, namespace)

    def _refuse(self, method: str) -> NoReturn:
        raise RuntimeError(f"the template {self.name} awaits something: use {method}()")

    def _prepare(
        self, names: dict[str, Any], stream: bool = False
    ) -> tuple[Program, dict[str, Any]]:
        """Return the program that fits the names, and the globals it runs with."""
        namespace = {
            **DEFAULTS,
            "__name__": self.name.replace(".", "_"),
            "__loader__": self,
            **self.namespace,
            **names,
        }
        program = self._plain
        if program is None or stream or namespace["xhtml_escape"] is not xhtml_escape:
            named = namespace["xhtml_escape"] is not xhtml_escape
            program = self._get_program(Style(stream, named))
        return program, namespace

    def _get_plain(self) -> Program:
        if self._plain is None:
            self._plain = self._get_program(Style())
        return self._plain

    def _get_program(self, style: Style) -> Program:
        """Return the program of a style, built on first use."""
        program = self._programs.get(style)
        if program is None:
            program = self._programs[style] = self._build(style)
        return program

    def _build(self, style: Style) -> Program:
        return build(self._file, style, self._find)

    def _find(self, name: str, parent: str) -> File:
        """Return the parsed form of another template."""
        if self.loader is None:
            raise LookupError("no loader")
        return self.loader._collect(name, parent)._file

    def get_source(self, fullname: str) -> str:
        """Return the generated Python: debuggers and profilers ask ``__loader__`` for it."""
        return self.code


def _stream(program: Program, namespace: dict[str, Any]) -> Iterator[bytes]:
    output = Output()
    try:
        for text in program.start(namespace, output):
            if text:
                yield output.encode(text)
    except Exception as error:
        translate(error, program)
        raise


async def _stream_async(program: Program, namespace: dict[str, Any]) -> AsyncIterator[bytes]:
    output = Output()
    try:
        pieces = program.start(namespace, output)
        if program.style.asynchronous:
            async for text in pieces:
                if text:
                    yield output.encode(text)
        else:
            for text in pieces:
                if text:
                    yield output.encode(text)
    except Exception as error:
        translate(error, program)
        raise


def _choose_whitespace(
    name: str,
    loader: BaseLoader | None,
    compress: bool | _UnsetMarker,
    whitespace: str | None,
) -> str:
    """Return the white space mode that arguments, loader and file name ask for."""
    if not isinstance(compress, _UnsetMarker):
        if whitespace is not None:
            raise ValueError("whitespace and compress_whitespace exclude each other")
        whitespace = "single" if compress else "all"
    if whitespace is None and loader is not None:
        whitespace = loader.whitespace
    return default_mode(name) if not whitespace else check_mode(whitespace)


def _text(template_string: str | bytes, name: str) -> str:
    """Return the template's text; refuse what cannot become UTF-8."""
    if isinstance(template_string, bytes):
        try:
            return template_string.decode()
        except UnicodeDecodeError as error:
            text = template_string[: error.start].decode()
            found = Source(name, text).error(f"not UTF-8: {error.reason}", len(text))
            raise found from None
    try:
        template_string.encode()
    except UnicodeEncodeError as error:
        source = Source(name, template_string)
        raise source.error(f"not UTF-8: {error.reason}", error.start) from None
    return template_string
