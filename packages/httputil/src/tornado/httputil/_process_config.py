"""The limits of :func:`set_parse_body_config`: the one state that this module has."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._body_config import ParseBodyConfig

DEFAULT_MAX_ARGUMENTS = 1000


class ProcessConfig:
    """What holds where no other limits are given."""

    #: None stands for the defaults, so that a plain query does not load their module.
    config: ParseBodyConfig | None = None


def max_arguments() -> int:
    """Return how many arguments a query may have."""
    config = ProcessConfig.config
    return DEFAULT_MAX_ARGUMENTS if config is None else config.urlencoded.max_arguments
