"""The meta-package of Tornado.

Each piece of Tornado is a distribution of its own (``tornado-web``, ``tornado-template`` ...) that adds
its modules to the shared name ``tornado``, and works without this one. The meta-package installs all of
them, and adds what programs expect of the name itself::

    import tornado

    tornado.version             # the version of upstream's API, then the number of our release
    tornado.web.RequestHandler  # modules are imported when they are first used

``python -m tornado`` lists the installed pieces.
"""

from __future__ import annotations

import sys
from os import path

from ._pieces import NEED_EXTRA, PIECES

TYPE_CHECKING = False  # `typing` costs more than everything here
if TYPE_CHECKING:
    from typing import Any, Final

    from . import asgi as asgi
    from . import auth as auth
    from . import autoreload as autoreload
    from . import concurrent as concurrent
    from . import curl_httpclient as curl_httpclient
    from . import database as database
    from . import escape as escape
    from . import gen as gen
    from . import http1connection as http1connection
    from . import httpclient as httpclient
    from . import httpserver as httpserver
    from . import httputil as httputil
    from . import ioloop as ioloop
    from . import iostream as iostream
    from . import locale as locale
    from . import locks as locks
    from . import log as log
    from . import netutil as netutil
    from . import options as options
    from . import process as process
    from . import pytest_plugin as pytest_plugin
    from . import queues as queues
    from . import routing as routing
    from . import serve as serve
    from . import simple_httpclient as simple_httpclient
    from . import speedups as speedups
    from . import stack_context as stack_context
    from . import tcpclient as tcpclient
    from . import tcpserver as tcpserver
    from . import template as template
    from . import testing as testing
    from . import util as util
    from . import web as web
    from . import websocket as websocket
    from . import wsgi as wsgi

# `from tornado import *` imports every piece that works as installed, so this follows their table.
__all__ = sorted(  # noqa: PLE0605 - a list, which the checker cannot see
    {name.partition(".")[0] for name in PIECES} - NEED_EXTRA
)

# Pieces may be installed in several folders. If there is only one, pkgutil is not needed; importing it
# would cost more than everything else here.
if any(
    path.isfile(entry) or path.isdir(path.join(entry, __name__))
    for entry in sys.path
    if path.join(entry, __name__) not in __path__
):
    from pkgutil import extend_path

    __path__ = extend_path(__path__, __name__)

#: By this the pieces know that this is the meta-package, and not the monolithic package.
__pieces__: Final = True

#: The upstream version whose API this has, followed by the number of our release.
version: Final = "6.6.1.1"

#: The same as numbers, for comparisons: ``tornado.version_info >= (6, 5)``.
version_info: Final[tuple[int, int, int, int]] = (6, 6, 1, 1)


def __getattr__(name: str) -> Any:  # a module; the imports above have the types of those known
    """Import a public module when it is first used."""
    module = f"{__name__}.{name}"
    if not name.startswith("_"):
        try:
            __import__(module)
            return sys.modules[module]
        except ModuleNotFoundError as error:
            if error.name != module:
                raise  # the module is installed, but something that it needs is not
        if name in PIECES:
            raise ModuleNotFoundError(
                f"{module} is not installed: run 'pip install {PIECES[name]}'", name=module
            )
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    from pkgutil import iter_modules

    # help() reads every name that is listed, which must not need an extra.
    unlisted = NEED_EXTRA - globals().keys()
    installed = {piece.name for piece in iter_modules(__path__)} - unlisted
    return sorted(
        {
            *(name for name in globals() if name.startswith("__")),
            *(name for name in installed if not name.startswith("_")),
            "version",
            "version_info",
        }
    )
