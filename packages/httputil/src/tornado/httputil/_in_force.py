"""The limits of :func:`set_parse_body_config`: the one state that this module has."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._body_config import ParseBodyConfig


class InForce:
    """Hold what counts where no other limits are given."""

    #: None stands for the defaults.
    config: ParseBodyConfig | None = None

    #: The limit of arguments in it, apart because every query is held to it.
    max_arguments: int = 1000
