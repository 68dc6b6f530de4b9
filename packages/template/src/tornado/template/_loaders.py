"""Loaders: where templates come from."""

from __future__ import annotations

import errno
import os.path
import posixpath
import threading
from typing import Any

from ._template import Template


class BaseLoader:
    """Finds templates by name, and keeps those that it has compiled.

    Make a loader of your own by overriding :meth:`resolve_path` and ``_create_template(name)``,
    which returns a :class:`Template` made with ``loader=self``.

    :param autoescape: the name of the function that ``{{ }}`` goes through, None for none.
    :param namespace: names for all templates of this loader.
    :param whitespace: the white space mode; by default the file's name decides.
    """

    def __init__(
        self,
        autoescape: str | None = "xhtml_escape",
        namespace: dict[str, Any] | None = None,
        whitespace: str | None = None,
    ) -> None:
        self.autoescape = autoescape
        self.namespace = namespace or {}
        self.whitespace = whitespace
        self.templates: dict[str, Template] = {}
        # Reentrant: compiling a template loads those that it extends and includes.
        self.lock = threading.RLock()
        self._collecting = 0

    def reset(self) -> None:
        """Forget the compiled templates."""
        with self.lock:
            self.templates = {}

    def resolve_path(self, name: str, parent_path: str | None = None) -> str:
        """Return the full name of a template.

        :param name: the name as written.
        :param parent_path: the template that wrote it; a relative name counts from its folder.
        """
        raise NotImplementedError

    def load(self, name: str, parent_path: str | None = None) -> Template:
        """Return a template, compiled on first use.

        :param parent_path: the template that asks, if one does.
        :raises ParseError: for a template that does not compile.
        """
        name = self.resolve_path(name, parent_path=parent_path)
        with self.lock:
            template = self.templates.get(name)
            if template is None:
                template = self.templates[name] = self._create_template(name)
            if not self._collecting:
                template._get_plain()
            return template

    def _create_template(self, name: str) -> Template:
        raise NotImplementedError

    def _path_of(self, name: str) -> str | None:
        """Return the file of a template, for tracebacks."""
        return None

    def _is_collecting(self) -> bool:
        """Tell whether templates are wanted as parts of another, which need no code."""
        return self._collecting > 0

    def _collect(self, name: str, parent: str) -> Template:
        """Load a template that is a part of another."""
        with self.lock:
            self._collecting += 1
            try:
                return self.load(name, parent)
            finally:
                self._collecting -= 1


class Loader(BaseLoader):
    """Loads templates from one folder.

    :param root_directory: the folder. A name that leads out of it is refused with
        PermissionError; symbolic links inside it are followed.
    """

    def __init__(self, root_directory: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.root = os.path.abspath(root_directory)

    def resolve_path(self, name: str, parent_path: str | None = None) -> str:
        """Return the name of a template, counted from the root."""
        return _resolve(name, parent_path)

    def _create_template(self, name: str) -> Template:
        path = self._path_of(name)
        with open(path, "rb") as file:
            return Template(file.read(), name=name, loader=self)

    def _path_of(self, name: str) -> str:
        path = os.path.normpath(os.path.join(self.root, name))
        if not path.startswith(os.path.join(self.root, "")):
            raise PermissionError(errno.EACCES, "template is outside of the loader's folder", name)
        return path


class DictLoader(BaseLoader):
    """Loads templates from a dictionary: name to text."""

    def __init__(self, dict: dict[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dict = dict

    def resolve_path(self, name: str, parent_path: str | None = None) -> str:
        """Return the key of a template."""
        return _resolve(name, parent_path)

    def _create_template(self, name: str) -> Template:
        return Template(self.dict[name], name=name, loader=self)


def _resolve(name: str, parent: str | None) -> str:
    """Return a name counted from the folder of the template that wrote it."""
    if not parent or parent.startswith(("<", "/")) or name.startswith("/"):
        return name
    return posixpath.normpath(posixpath.join(posixpath.dirname(parent), name))
