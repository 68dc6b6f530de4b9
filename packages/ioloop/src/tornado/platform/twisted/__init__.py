"""Support for programs that also use Twisted, which the ``twisted`` extra installs.

Twisted's reactor for asyncio and an IOLoop share one asyncio loop. Install the reactor before
anything imports ``twisted.internet.reactor``::

    import tornado.platform.twisted

    tornado.platform.twisted.install()

Importing this module also lets coroutines of :mod:`tornado.gen` yield Deferreds.
"""

from __future__ import annotations

from tornado.util import publish

from ._deferred import register as _register
from ._reactor import install

__all__ = ["install"]

publish(globals())
_register()
