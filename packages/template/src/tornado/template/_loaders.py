"""Loaders: where templates come from."""

from __future__ import annotations

import errno
import os
import posixpath
from _thread import RLock

from ._template import Template

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from typing import Any


class BaseLoader:
    """A source of templates: it finds them by name, and keeps those that it has compiled.

    A loader of your own overrides :meth:`resolve_path` and ``_create_template(name)``,
    which returns a :class:`Template` made with ``name=name, loader=self``.

    :param autoescape: the name of the function that escapes ``{{ }}``, None for none.
    :param namespace: names for all templates of this loader.
    :param whitespace: the white space mode; by default it depends on the name of the file.
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
        #: The compiled templates.
        self.templates: dict[str, Template] = {}
        #: Held while a template is made; reentrant, because this loads those that it extends and
        #: includes.
        self.lock = RLock()
        # How many templates are being loaded as parts of others: these need no code.
        self._collecting = 0

    def reset(self) -> None:
        """Forget the compiled templates."""
        with self.lock:
            self.templates = {}

    def resolve_path(self, name: str, parent_path: str | None = None) -> str:
        """Return the full name of a template.

        :param name: the name as written.
        :param parent_path: the template that names it: a relative name is relative to its folder.
        """
        raise NotImplementedError

    def load(self, name: str, parent_path: str | None = None) -> Template:
        """Return a template, compiled on first use.

        :param parent_path: the template that asks, if one does.
        :raises ParseError: the template does not compile.
        """
        name = self.resolve_path(name, parent_path=parent_path)
        with self.lock:
            template = self.templates.get(name)
            if template is None:
                template = self.templates[name] = self._create_template(name)
            # Loaders of some programs put templates of other engines here.
            if not self._collecting and getattr(template, "_programs", None) == {}:
                template._get_program(0)
            return template

    def _create_template(self, name: str) -> Template:
        raise NotImplementedError

    def _collect(self, name: str, parent: str) -> Template:
        """Load a template that is a part of another."""
        with self.lock:
            self._collecting += 1
            try:
                return self.load(name, parent)
            finally:
                self._collecting -= 1


class Loader(BaseLoader):
    """A loader of the templates in a folder.

    :param root_directory: the folder. A name that leads out of it is refused with
        PermissionError; symbolic links inside it are followed.
    :param auto_reload: compare the files of a template, and of those that it extends or includes,
        at each :meth:`load`, and compile it again if the time or the size of one has changed.

    .. versionadded:: 1.0
       ``auto_reload``; names that lead out of the folder are refused.
    """

    def __init__(self, root_directory: str, **kwargs: Any) -> None:
        self.auto_reload: bool = kwargs.pop("auto_reload", False)
        super().__init__(**kwargs)
        self.root = os.path.abspath(root_directory)
        #: The time and the size that each file had when it was read.
        self._stamps: dict[str, tuple[int, int]] = {}

    def resolve_path(self, name: str, parent_path: str | None = None) -> str:
        """Return the name of a template, relative to the root."""
        return resolve(name, parent_path)

    def load(self, name: str, parent_path: str | None = None) -> Template:
        """Return a template, compiled on first use."""
        if self.auto_reload:
            self._forget_changed(self.resolve_path(name, parent_path=parent_path))
        return super().load(name, parent_path)

    def _forget_changed(self, name: str) -> None:
        """Forget every template with a part that ``name`` has too and that has changed."""
        with self.lock:
            template = self.templates.get(name)
            if template is None:
                return
            changed = {part for part in _part_names(template) if self._has_changed(part)}
            if changed:
                self.templates = {
                    other: kept
                    for other, kept in self.templates.items()
                    if changed.isdisjoint(_part_names(kept))
                }

    def _has_changed(self, name: str) -> bool:
        try:
            return _stamp(os.stat(confine(self.root, name))) != self._stamps.get(name)
        except OSError:
            return True

    def _create_template(self, name: str) -> Template:
        path = confine(self.root, name)
        with open(path, "rb") as file:
            self._stamps[name] = _stamp(os.fstat(file.fileno()))
            text = file.read()
        template = Template(text, name=name, loader=self)
        template._get_file().source.path = path
        return template


class DictLoader(BaseLoader):
    """A loader of the templates in a dictionary, which maps names to texts."""

    def __init__(self, dict: dict[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dict = dict

    def resolve_path(self, name: str, parent_path: str | None = None) -> str:
        """Return the key of a template."""
        return resolve(name, parent_path)

    def _create_template(self, name: str) -> Template:
        return Template(self.dict[name], name=name, loader=self)


def resolve(name: str, parent: str | None) -> str:
    """Return a name relative to the root, if it is relative to the template that names it."""
    if not parent or parent.startswith(("<", "/")) or name.startswith("/"):
        return name
    return posixpath.normpath(posixpath.join(posixpath.dirname(parent), name))


def confine(root: str, name: str) -> str:
    """Return the path of a template below a folder.

    :raises PermissionError: the name leads out of the folder.
    """
    path = os.path.normpath(os.path.join(root, name))
    if not path.startswith(os.path.join(root, "")):
        raise PermissionError(errno.EACCES, "template is outside of the loader's folder", name)
    return path


def _part_names(template: Template) -> set[str]:
    """Return the names of all templates whose text is compiled into one."""
    names = {template.name}
    for program in list(template._programs.values()):
        names.update(source.name for source in program.sources)
    return names


def _stamp(status: os.stat_result) -> tuple[int, int]:
    return status.st_mtime_ns, status.st_size
