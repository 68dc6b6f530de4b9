"""The small tools under every other piece of Tornado.

:class:`Configurable`
    Base classes whose implementation is chosen at run time, such as ``AsyncHTTPClient``.
:class:`GzipDecompressor`
    A gzip stream, decompressed in pieces of bounded size.
:class:`ObjectDict`
    A dictionary whose items are attributes.
:class:`ArgReplacer`
    One argument of a function, found by name in any call.
:func:`import_object`
    Objects found by their dotted names.

The rest are shims: they keep programs running that were written when Python lacked what it has
today. Importing this module loads nothing that a bare interpreter does not have, except zlib.
"""

from __future__ import annotations

from builtins import TimeoutError  # noqa: A004 - the documented name is the builtin

from . import _namespace as _namespace  # checks whose `tornado` this is
from ._arguments import ArgReplacer
from ._classic import b, basestring_type, bytes_type, unicode_type
from ._code import exec_in
from ._configurable import Configurable
from ._doctests import doctests
from ._duration import timedelta_to_seconds
from ._exceptions import errno_from_exception, raise_exc_info
from ._gzip import GzipDecompressor
from ._names import import_object
from ._objectdict import ObjectDict
from ._pattern import re_unescape
from ._public import publish

__all__ = [
    "ArgReplacer",
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
    "publish",
    "raise_exc_info",
    "re_unescape",
    "timedelta_to_seconds",
    "unicode_type",
]

publish(globals())
