"""The small tools under every other piece of Tornado.

:class:`Configurable`
    Base classes whose implementation is chosen at run time, such as ``AsyncHTTPClient``.
:class:`GzipDecompressor`
    A gzip stream, decompressed in pieces of bounded size.
:class:`ObjectDict`
    A dictionary whose items are attributes.
:class:`ArgReplacer`
    One argument of a function, found by name in any call.
:class:`BoundedCache`
    Results that were computed before, in bounded memory.
:func:`shortened`
    A value as a message shows it.
:func:`import_object`
    Objects found by their dotted names.
:func:`replace_file`, :func:`move_file`
    Files that are complete or not there at all.

The rest are shims: they keep programs running that were written when Python lacked what it has
today. Importing this module loads none of them: each room is imported when one of its names is
first asked for.
"""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first asked for

from __future__ import annotations

from builtins import TimeoutError  # noqa: A004 - the documented name is the builtin

from . import _namespace as _namespace  # checks whose `tornado` this is
from ._public import publish

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from ._arguments import ArgReplacer
    from ._cache import BoundedCache
    from ._classic import b, basestring_type, bytes_type, unicode_type
    from ._code import exec_in
    from ._configurable import Configurable
    from ._doctests import doctests
    from ._duration import timedelta_to_seconds
    from ._exceptions import errno_from_exception, raise_exc_info
    from ._files import move_file, replace_file
    from ._gzip import GzipDecompressor
    from ._messages import shortened
    from ._names import import_object
    from ._objectdict import ObjectDict
    from ._pattern import re_unescape
    from ._uncaught import print_uncaught

__all__ = [
    "ArgReplacer",
    "BoundedCache",
    "Configurable",
    "GzipDecompressor",
    "ObjectDict",
    "TimeoutError",
    "b",
    "basestring_type",
    "bytes_type",
    "doctests",
    "errno_from_exception",
    "exec_in",
    "import_object",
    "move_file",
    "print_uncaught",
    "publish",
    "raise_exc_info",
    "re_unescape",
    "replace_file",
    "shortened",
    "timedelta_to_seconds",
    "unicode_type",
]

publish(
    globals(),
    {
        "ArgReplacer": "_arguments",
        "BoundedCache": "_cache",
        "Configurable": "_configurable",
        "GzipDecompressor": "_gzip",
        "ObjectDict": "_objectdict",
        "b": "_classic",
        "basestring_type": "_classic",
        "bytes_type": "_classic",
        "doctests": "_doctests",
        "errno_from_exception": "_exceptions",
        "exec_in": "_code",
        "import_object": "_names",
        "move_file": "_files",
        "print_uncaught": "_uncaught",
        "raise_exc_info": "_exceptions",
        "re_unescape": "_pattern",
        "replace_file": "_files",
        "shortened": "_messages",
        "timedelta_to_seconds": "_duration",
        "unicode_type": "_classic",
    },
    aliases=dict.fromkeys(
        ("PY3", "_websocket_mask", "_websocket_mask_python", "is_finalizing", "u", "xrange"),
        "tornado.util._classic",
    ),
)
