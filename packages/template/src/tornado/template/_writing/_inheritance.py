"""Inheritance: a template, those that it extends, and the blocks that each of them defines."""

from __future__ import annotations

from .._parsing._nodes import Apply, Block, Control, Include

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from .._parsing._nodes import File, Node

    #: Returns the template with a name; the second argument is the template that names it.
    FindFile: TypeAlias = Callable[[str, str], File]

#: How deep templates, blocks and directives may be nested together.
MAX_DEPTH = 150


class Inheritance:
    """The templates that one page is made of: a template, and those that it extends.

    :param page: the template that is rendered.
    :param find_file: finds the templates that are extended and included.
    :raises ParseError: templates extend or include themselves.
    """

    def __init__(self, page: File, find_file: FindFile) -> None:
        self._find_file = find_file
        self._depth = 0
        #: The template that is rendered comes first, the outermost one last.
        self.files = self._list_parents(page)
        #: By name, everything that the page depends on: these, and all that they include.
        self.sources = {file.source.name: file.source for file in self.files}
        #: The definitions of each block and their files; the one that is printed comes first.
        self.definitions: dict[str, list[tuple[Block, File]]] = {}
        for file in self.files:
            found: dict[str, tuple[Block, File]] = {}
            self._collect(file, file.body, [], found)
            for name, definition in found.items():
                self.definitions.setdefault(name, []).append(definition)

    def _list_parents(self, file: File) -> list[File]:
        files = [file]
        names = [file.source.name]
        while file.parent is not None:
            name, offset = file.parent
            parent = _find(self._find_file, file, name, offset, "extends")
            if parent.source.name in names:
                message = _describe_circle("extends", names, parent.source.name)
                raise file.source.error(message, offset)
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
        """Collect the blocks of a file and of those that it includes; the last of a name counts.

        :param outer: the names of the templates that include this one.
        """
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
                included = find_included(self._find_file, file, node, outer)
                self.sources[included.source.name] = included.source
                if included.parent is None:  # otherwise it is a page of its own
                    self._collect(included, included.body, [*outer, file.source.name], found)
        self._depth -= 1


def check_depth(depth: int, file: File) -> None:
    """Refuse templates that are nested too deeply, long before Python's own limit.

    :raises ParseError: the depth is not allowed.
    """
    if depth >= MAX_DEPTH:
        raise file.source.error(f"templates are nested more than {MAX_DEPTH} deep", 0)


def find_included(find_file: FindFile, file: File, node: Include, outer: Sequence[str]) -> File:
    """Return the file that a directive includes.

    :param outer: the names of the templates that include the one with the directive.
    """
    included = _find(find_file, file, node.name, node.offset, "include")
    names = [*outer, file.source.name]
    if included.source.name in names:
        message = _describe_circle("includes", names, included.source.name)
        raise file.source.error(message, node.offset)
    return included


def _find(find_file: FindFile, file: File, name: str, offset: int, word: str) -> File:
    """Return the file that a directive of ``file`` names.

    :param word: the directive, for the message.
    """
    try:
        return find_file(name, file.source.name)
    except NoLoaderError:
        message = f"{{% {word} %}} of {name!r}, but the template has no loader"
        raise file.source.error(message, offset) from None
    except (OSError, LookupError) as error:
        message = f"{{% {word} %}} of {name!r}, which the loader cannot load: {error}"
        raise file.source.error(message, offset) from error


class NoLoaderError(Exception):
    """A template without a loader was asked for another template."""


def _describe_circle(verb: str, names: list[str], name: str) -> str:
    path = " -> ".join([*names[names.index(name) :], name])
    return f"{name} {verb} itself: {path}"
