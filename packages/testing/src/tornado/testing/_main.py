"""The command that runs tests."""

from __future__ import annotations

import os
import signal
import sys
import unittest
from typing import TYPE_CHECKING, Any

from ._command import parse_options
from ._watch._checks import BLOCKING_VARIABLE, LEFTOVERS_VARIABLE

if TYPE_CHECKING:
    from ._command import Options


def main(**kwargs: Any) -> None:
    """Run tests, with the options of the command line.

    A module that ends with it runs the tests that its function ``all`` returns, or those that are
    named on the command line::

        def all():
            return unittest.defaultTestLoader.loadTestsFromNames(["test_shop", "test_stock"])

        if __name__ == "__main__":
            tornado.testing.main()

    ``python -m tornado.testing test_shop test_stock.StockTest`` needs no such module.

    The options ``--verbose``, ``--quiet``, ``--failfast``, ``--catch`` and ``--buffer`` are those of
    :mod:`unittest`. The others are

    - ``--exception-on-interrupt=false`` ends the process at once on Ctrl-C, without a traceback,
    - ``--autoreload`` runs the tests again when their source changes,
    - ``--leftovers=fail`` and ``--blocking=0.1`` set `AsyncTestCase.leftovers` and
      `AsyncTestCase.blocking_threshold` for all tests,

    and all options that the program defines with :mod:`tornado.options`, if that is installed.

    :param kwargs: arguments of :func:`unittest.main`.
    """
    run(names_required=False, **kwargs)


def run(*, names_required: bool, **kwargs: Any) -> None:
    """Run tests.

    :param names_required: whether the command line has to name tests.
    """
    options, names = parse_options(sys.argv)
    argv = [sys.argv[0], *names]
    apply_options(options)
    kwargs = unittest_arguments(options) | kwargs
    if names:
        # Without a module, names are looked up as absolute ones.
        kwargs["module"] = None
    elif names_required:
        print("No tests specified", file=sys.stderr)
        sys.exit(1)
    else:
        kwargs.setdefault("defaultTest", "all")
    if options.autoreload:
        _run_again_and_again(argv, kwargs)
    else:
        unittest.main(argv=argv, **kwargs)


def apply_options(options: Options) -> None:
    """Make the process do what the options say."""
    if not options.exception_on_interrupt:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    if options.leftovers:
        os.environ[LEFTOVERS_VARIABLE] = options.leftovers
    if options.blocking is not None:
        os.environ[BLOCKING_VARIABLE] = str(options.blocking)


def unittest_arguments(options: Options) -> dict[str, Any]:
    """Return the arguments of :func:`unittest.main` that the options stand for."""
    arguments: dict[str, Any] = {}
    if options.verbose:
        arguments["verbosity"] = 2
    if options.quiet:
        arguments["verbosity"] = 0
    if options.failfast:
        arguments["failfast"] = True
    if options.catch:
        arguments["catchbreak"] = True
    if options.buffer:
        arguments["buffer"] = True
    return arguments


def _run_again_and_again(argv: list[str], kwargs: dict[str, Any]) -> None:
    from tornado.autoreload import wait

    _WatchedProgram(argv=argv, **kwargs, exit=False)
    wait()


class _WatchedProgram(unittest.TestProgram):
    """A run of tests whose source files are watched for changes."""

    def runTests(self) -> None:  # noqa: N802 - unittest's name
        from tornado.autoreload import watch

        for module in list(sys.modules.values()):
            # Not with getattr: a module may import others when an attribute is looked up.
            file = getattr(module, "__dict__", {}).get("__file__")
            if isinstance(file, str):
                watch(file)
        super().runTests()
