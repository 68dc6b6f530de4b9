"""Tests that are collected once, and run for each mutant in a process of its own.

To import a package and to collect its tests takes longer than most tests do. So one process collects
them with the unchanged module. For each mutant it forks another one, which gives the functions of the
module the code of the mutant. What only an import runs cannot be changed in this way.
"""

from __future__ import annotations

import faulthandler
import gc
import marshal
from multiprocessing import Pipe
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

import pytest

from .processes import end, in_a_process, start
from .run import NO_END, killer, run_pytest

if TYPE_CHECKING:
    import ast
    from multiprocessing.connection import Connection
    from pathlib import Path

    from .run import Coverage

#: Seconds that all tests together may take.
LIMIT = 900.0

#: Where a function is: its name, and its first line.
Place = tuple[str, int]


def changed_functions(before: CodeType, after: CodeType) -> dict[Place, CodeType] | None:
    """Return the functions of a module that a mutant changes, with their new code.

    :returns: None if the mutant changes what an import runs, or what a function closes over.
    """
    if _own_parts(before) != _own_parts(after):
        return None
    found: dict[Place, CodeType] = {}
    for old, new in zip(_inner(before), _inner(after), strict=True):
        if old == new:
            continue
        if _is_function(old):
            if old.co_freevars != new.co_freevars:
                return None
            found |= {_place(old): new, **_closures(old, new)}
        elif (inner := changed_functions(old, new)) is None:
            return None
        else:
            found |= inner
    return found


def _closures(before: CodeType, after: CodeType) -> dict[Place, CodeType]:
    """Return what changes of the functions inside of one, which an import may have made already."""
    if len(_inner(before)) != len(_inner(after)):
        return {}
    found: dict[Place, CodeType] = {}
    for old, new in zip(_inner(before), _inner(after), strict=True):
        if old != new and old.co_freevars == new.co_freevars:
            found |= {_place(old): new, **_closures(old, new)}
    return found


def _own_parts(code: CodeType) -> tuple[Any, ...]:
    constants = [each for each in code.co_consts if not isinstance(each, CodeType)]
    return code.co_code, code.co_names, code.co_freevars, repr(constants), len(code.co_consts)


def _inner(code: CodeType) -> list[CodeType]:
    return [each for each in code.co_consts if isinstance(each, CodeType)]


def _is_function(code: CodeType) -> bool:
    return bool(code.co_flags & 2)  # inspect.CO_NEWLOCALS: the body of a class has not got it


def _place(code: CodeType) -> Place:
    return code.co_qualname, code.co_firstlineno


class CollectedTests:
    """The process that has the tests of a module.

    :param path: the module.
    :param tree: what is in it; mutants change this tree.
    """

    def __init__(self, path: Path, tree: ast.Module, coverage: Coverage, files: list[str]) -> None:
        self._path = path
        self._tree = tree
        self._coverage = coverage
        self._original = self._compiled()
        self._commands, theirs = Pipe()

        def serve() -> None:
            self._commands.close()  # so that it ends with this process
            loop = _Loop(theirs, str(path), coverage)
            run_pytest(files, loop)

        self._process = start(serve)
        theirs.close()

    def _compiled(self) -> CodeType:
        return compile(self._tree, str(self._path), "exec", dont_inherit=True)

    def killer(self, lines: frozenset[int]) -> str | None:
        """Run tests with the mutant that is applied to the tree.

        :param lines: the lines that it changes.
        :returns: the id of the test that fails, or why there is none; None if all of them pass.
        """
        tests = self._coverage.tests_of(lines)
        functions = changed_functions(self._original, self._compiled())
        if not tests:
            return None
        if functions is None or self._coverage.is_imported(lines):
            return killer(self._path, self._tree, self._coverage, tests)
        try:
            self._commands.send((marshal.dumps(list(functions.items())), tests))
            is_loaded, failed = self._commands.recv()
        except (BrokenPipeError, EOFError) as error:
            message = f"the tests of {self._path} cannot be collected, did they change?"
            raise RuntimeError(message) from error
        return failed if is_loaded else killer(self._path, self._tree, self._coverage, tests)

    def close(self) -> None:
        """End the process."""
        self._commands.close()
        end(self._process)


class _Loop:
    """A plugin of pytest that runs tests when it is told to, again and again."""

    def __init__(self, commands: Connection, path: str, coverage: Coverage) -> None:
        self._commands = commands
        self._path = path
        self._coverage = coverage
        self._failed = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for item in session.items:
            patience = self._coverage.patience(item.nodeid)
            item.add_marker(pytest.mark.timeout(patience), append=False)
        while True:
            try:
                code, tests = self._commands.recv()
            except EOFError:
                return True
            functions = _loaded(self._path, dict(marshal.loads(code)))
            items = [item for item in session.items if item.nodeid in tests]
            failed = self._run(items, functions) if functions else None
            self._commands.send((bool(functions), failed))

    def _run(
        self, items: list[pytest.Item], functions: list[tuple[FunctionType, CodeType]]
    ) -> str | None:
        items = self._coverage.in_order(items)

        def run() -> str | None:
            for function, code in functions:
                function.__code__ = code
            for item, following in zip(items, [*items[1:], None], strict=True):
                patience = self._coverage.patience(item.nodeid)
                # Hypothesis tries again what a timeout has ended, and that may never end.
                faulthandler.dump_traceback_later(patience + 2, exit=True)
                item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
                if self._failed:
                    return self._failed
            return None

        failed: str | None = in_a_process(run, LIMIT, NO_END)
        return failed

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed = self._failed or report.nodeid


def _loaded(path: str, functions: dict[Place, CodeType]) -> list[tuple[FunctionType, CodeType]]:
    """Return the functions of a module at these places, each with the code that it gets."""
    return [
        (each, functions[place])
        for each in gc.get_objects()
        if type(each) is FunctionType
        and each.__code__.co_filename == path
        and (place := _place(each.__code__)) in functions
    ]
