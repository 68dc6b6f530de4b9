"""Start the program again when its source changes.

For development. As a command it runs any program, again and again::

    python -m tornado.autoreload [--until-success] server.py [arguments]
    python -m tornado.autoreload [--until-success] -m package.module [arguments]

and within a program :func:`start` watches the files of all imported modules, those that
:func:`watch` names too. ``tornado.web.Application`` calls it with ``debug=True``.

A process starts again by replacing itself: same interpreter, same command line, same directory.
Files are looked at twice a second; where the package ``watchfiles`` is installed, the operating
system says when to look.
"""

from __future__ import annotations

from tornado.util import publish

from ._command import main
from ._restart import add_reload_hook
from ._watching import start, wait, watch

__all__ = ["add_reload_hook", "main", "start", "wait", "watch"]

publish(
    globals(),
    aliases={"_reload": "tornado.autoreload._restart"},
)
