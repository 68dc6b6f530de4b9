"""Families: a template, those that it extends, and the blocks that each of them defines."""

from __future__ import annotations

from ._nodes import Apply, Block, Control, Include

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from ._nodes import File, Node

    #: Finds the template that another calls by a name: name, name of the other.
    Library: TypeAlias = Callable[[str, str], File]


#: How deep templates, blocks and directives may be nested together.
MAX_DEPTH = 150


class Family:
    """The templates that make one page: a leaf, and what it extends.

    :raises ParseError: for templates that extend or include themselves.
    """

    def __init__(self, leaf: File, library: Library) -> None:
        self._library = library
        self._depth = 0
        #: The leaf first, the outermost template last.
        self.files = self._trace(leaf)
        #: By name, what has a say in the page: these, and all that they include, printed or not.
        self.sources = {file.source.name: file.source for file in self.files}
        #: For each block its definitions, the one that wins first, with the file it stands in.
        self.definitions: dict[str, list[tuple[Block, File]]] = {}
        for file in self.files:
            found: dict[str, tuple[Block, File]] = {}
            self._collect(file, file.body, [], found)
            for name, definition in found.items():
                self.definitions.setdefault(name, []).append(definition)

    def _trace(self, file: File) -> list[File]:
        files = [file]
        names = [file.source.name]
        while file.parent is not None:
            name, offset = file.parent
            parent = find(self._library, file, name, offset, "extends")
            if parent.source.name in names:
                circle = _circle("extends", names, parent.source.name)
                raise file.source.error(circle, offset)
            file = parent
            files.append(file)
            names.append(file.source.name)
        return files

    def _collect(
        self,
        file: File,
        body: list[Node],
        outer: Sequence[str],
        found: dict[str, tuple[Block, File]],
    ) -> None:
        """Collect the blocks of a file and of those it includes; the last of a name wins."""
        check_depth(self._depth, file)
        self._depth += 1
        for node in body:
            if isinstance(node, Block):
                found[node.name] = (node, file)
                self._collect(file, node.body, outer, found)
            elif isinstance(node, Control):
                for clause in node.clauses:
                    self._collect(file, clause.body, outer, found)
            elif isinstance(node, Apply):
                self._collect(file, node.body, outer, found)
            elif isinstance(node, Include):
                included = include(self._library, file, node, outer)
                self.sources[included.source.name] = included.source
                if included.parent is None:  # otherwise it is a family of its own
                    self._collect(included, included.body, [*outer, file.source.name], found)
        self._depth -= 1


def check_depth(depth: int, file: File) -> None:
    """Raise ParseError for templates that are nested too deep, long before Python gives up."""
    if depth >= MAX_DEPTH:
        raise file.source.error(f"templates are nested more than {MAX_DEPTH} deep", 0)


def include(library: Library, file: File, node: Include, outer: Sequence[str]) -> File:
    """Return the file that a directive includes.

    :param outer: the names of the templates that include the file the directive stands in.
    """
    included = find(library, file, node.name, node.offset, "include")
    names = [*outer, file.source.name]
    if included.source.name in names:
        raise file.source.error(_circle("includes", names, included.source.name), node.offset)
    return included


def find(library: Library, file: File, name: str, offset: int, word: str) -> File:
    """Return the file that ``file`` calls ``name``."""
    try:
        return library(name, file.source.name)
    except NoLoaderError:
        message = f"{{% {word} %}} of {name!r}, but the template has no loader"
        raise file.source.error(message, offset) from None
    except (OSError, LookupError) as error:
        message = f"{{% {word} %}} of {name!r}, which the loader does not give: {error}"
        raise file.source.error(message, offset) from error


class NoLoaderError(Exception):
    """Raised by the library of a template that was made without a loader."""


def _circle(verb: str, names: list[str], name: str) -> str:
    path = " -> ".join([*names[names.index(name) :], name])
    return f"{name} {verb} itself: {path}"
