"""Name resolution by c-ares, without threads; needs the ``cares`` extra.

::

    Resolver.configure("tornado.platform.caresresolver.CaresResolver")
"""

from __future__ import annotations

from tornado.util import publish

from ._cares import CaresResolver

__all__ = ["CaresResolver"]

publish(globals())
