"""The pieces under the roof: which distribution brings which public module."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

#: Each public module below ``tornado`` and the distribution that it comes from.
PIECES: Final = MappingProxyType(
    {
        "util": "tornado-util",
    }
)
