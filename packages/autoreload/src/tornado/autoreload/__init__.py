"""Restart the program when its source changes, during development.

As a command it runs any program, again and again::

    python -m tornado.autoreload [--until-success] server.py [arguments]
    python -m tornado.autoreload [--until-success] -m package.module [arguments]

and in a program :func:`start` watches the files of all imported modules and those that
:func:`watch` names. ``tornado.web.Application`` calls it with ``debug=True``.

A process restarts by replacing itself, with the same interpreter, command line and directory.
Files are checked twice a second; where the package ``watchfiles`` is installed, the operating
system tells when to check.
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
