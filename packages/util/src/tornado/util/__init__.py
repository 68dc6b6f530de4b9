"""The small tools under every other piece of Tornado."""

from __future__ import annotations

from . import _namespace as _namespace  # checks whose `tornado` this is
from ._public import publish

__all__ = ["publish"]

publish(globals())
