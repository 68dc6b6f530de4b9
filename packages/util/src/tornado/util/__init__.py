"""The small tools under every other piece of Tornado."""

from __future__ import annotations

from ._public import publish

__all__ = ["publish"]

publish(globals())
