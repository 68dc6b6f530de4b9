"""One place that breaks a rule."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """A place that breaks a rule, and what to do about it."""

    rule: str
    area: str  #: the package, or the folder of the root
    text: str
