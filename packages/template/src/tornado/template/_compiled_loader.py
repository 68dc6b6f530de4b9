"""The loader of compiled templates."""

from __future__ import annotations

import errno
import os
from importlib.machinery import SourceFileLoader

from ._compiled_files import FORMAT, stamp, unpack
from ._errors import StaleTemplateError
from ._loaders import BaseLoader, confine, resolve
from ._source import Source
from ._template import Template, choose_whitespace, parse

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from typing import Any

    from ._compiled_files import Stamp
    from ._parsing._nodes import File


class CompiledLoader(BaseLoader):
    """A loader of the Python files that :func:`compile_directory` has made of templates.

    Python keeps the bytecode of these files, so a program that starts compiles nothing. A file is
    refused with :class:`StaleTemplateError` if another version of the engine has made it, if it was
    made with another ``autoescape`` or ``whitespace``, or if a template in it has changed since.

    :param directory: the folder of the Python files.
    :param root_directory: the folder of the templates themselves. Where it is given, each template
        is compared with its file when it is loaded. Without it, the Python files are compared with
        one another.
    :param kwargs: the arguments of :class:`BaseLoader`.

    .. versionadded:: 1.0
    """

    def __init__(self, directory: str, root_directory: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.directory = os.path.abspath(directory)
        self.root = None if root_directory is None else os.path.abspath(root_directory)
        self._modules: dict[str, dict[str, Any]] = {}
        self._sources: dict[str, Source] = {}

    def reset(self) -> None:
        """Forget the loaded templates."""
        with self.lock:
            super().reset()
            self._modules = {}
            self._sources = {}

    def resolve_path(self, name: str, parent_path: str | None = None) -> str:
        """Return the name of a template, relative to the root."""
        return resolve(name, parent_path)

    def _create_template(self, name: str) -> Template:
        module = self._module(name)
        for part, expected in module["STAMPS"].items():
            if self._stamp(part) != expected:
                raise StaleTemplateError(f"{part} has changed since {name} was compiled with it")
        return _CompiledTemplate(module, self)

    def _module(self, name: str) -> dict[str, Any]:
        """Return what a template's Python file defines."""
        if name not in self._modules:
            path = confine(self.directory, name) + ".py"
            if not os.path.isfile(path):
                raise FileNotFoundError(errno.ENOENT, "no compiled template", path)
            module: dict[str, Any] = {}
            code = SourceFileLoader(f"{__name__}.{name}", path).get_code(f"{__name__}.{name}")
            exec(code or "", module)  # noqa: S102 - the template's own code
            self._check_module(name, module)
            self._modules[name] = module
        return self._modules[name]

    def _check_module(self, name: str, module: dict[str, Any]) -> None:
        if module.get("FORMAT") != FORMAT:
            raise StaleTemplateError(
                f"{name} was compiled by another version of the engine: compile it again"
            )
        if module["SETTINGS"] != (self.autoescape, self.whitespace):
            raise StaleTemplateError(
                f"{name} was compiled with autoescape and whitespace {module['SETTINGS']},"
                f" the loader has {(self.autoescape, self.whitespace)}"
            )

    def _stamp(self, name: str) -> Stamp | None:
        """Return the stamp that a template has now, None if it is gone."""
        path = self._path_of(name)
        if path is None:
            return stamp(self._module(name)["TEXT"])
        try:
            with open(path, "rb") as file:
                return stamp(Source.decode(name, file.read()).text)
        except FileNotFoundError:
            return None

    def _path_of(self, name: str) -> str | None:
        return None if self.root is None else confine(self.root, name)

    def _source(self, name: str) -> Source:
        """Return the text of a template, as it was when it was compiled."""
        if name not in self._sources:
            text = self._module(name)["TEXT"]
            self._sources[name] = Source(name, text, self._path_of(name))
        return self._sources[name]


class _CompiledTemplate(Template):
    """A template from a Python file, which is parsed only if another style of program is needed."""

    loader: CompiledLoader

    def __init__(self, module: dict[str, Any], loader: CompiledLoader) -> None:
        self._initialize(module["NAME"], loader)
        self._file = None
        self.autoescape = module["AUTOESCAPE"]
        self._programs[0] = unpack(module, loader._source)

    def _parse(self) -> File:
        mode = choose_whitespace(self.name, self.loader)
        return parse(self.loader._source(self.name), self.loader.autoescape, mode)
