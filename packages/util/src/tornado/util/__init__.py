"""Small tools that the other distributions of Tornado share.

:class:`Configurable`
    A base class whose implementation is chosen at run time, such as ``AsyncHTTPClient``.
:class:`GzipDecompressor`
    A decompressor for gzip streams that returns pieces of bounded size.
:class:`ObjectDict`
    A dictionary whose items are attributes.
:class:`ArgReplacer`
    A reader and replacer of one argument of a call.
:class:`BoundedCache`
    A dictionary of results that never grows beyond a given size.
:func:`shortened`
    A value quoted, escaped and cut for a message.
:func:`import_object`
    An object found by its dotted name.
:func:`replace_file`, :func:`move_file`
    Files that are complete or not there at all.

The other names keep programs running that were written when Python lacked what it has today.
Importing this module loads none of them: each private module is imported when one of its names is
first used.
"""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first used

from __future__ import annotations

from builtins import TimeoutError  # noqa: A004 - the documented name is the builtin

from . import _namespace as _namespace  # checks that `tornado` is ours
from ._publish import publish

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from ._arguments import ArgReplacer
    from ._cache import BoundedCache
    from ._classic import b, basestring_type, bytes_type, unicode_type
    from ._configurable import Configurable
    from ._doctests import doctests
    from ._dotted_names import import_object
    from ._files import move_file, replace_file
    from ._gzip import GzipDecompressor
    from ._messages import shortened
    from ._object_dict import ObjectDict
    from ._regex import re_unescape
    from ._shims import errno_from_exception, exec_in, raise_exc_info, timedelta_to_seconds
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
        "ObjectDict": "_object_dict",
        "b": "_classic",
        "basestring_type": "_classic",
        "bytes_type": "_classic",
        "doctests": "_doctests",
        "errno_from_exception": "_shims",
        "exec_in": "_shims",
        "import_object": "_dotted_names",
        "move_file": "_files",
        "print_uncaught": "_uncaught",
        "raise_exc_info": "_shims",
        "re_unescape": "_regex",
        "replace_file": "_files",
        "shortened": "_messages",
        "timedelta_to_seconds": "_shims",
        "unicode_type": "_classic",
    },
    aliases=dict.fromkeys(
        ("PY3", "_websocket_mask", "_websocket_mask_python", "is_finalizing", "u", "xrange"),
        "tornado.util._classic",
    ),
)
