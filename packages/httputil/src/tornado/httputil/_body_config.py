"""The limits for parsing request bodies, process-wide and per call."""

from __future__ import annotations

from dataclasses import dataclass, field

from ._process_config import DEFAULT_MAX_ARGUMENTS, ProcessConfig


@dataclass
class ParseMultipartConfig:
    """The limits for parsing ``multipart/form-data`` bodies.

    .. versionadded:: 1.0
    """

    #: Whether multipart bodies are parsed at all; if not, they are an error.
    enabled: bool = True

    #: How many parts a body may have.
    max_parts: int = 100

    #: How many bytes the header of one part may have.
    max_part_header_size: int = 10 * 1024


@dataclass
class ParseUrlEncodedConfig:
    """The limits for parsing ``application/x-www-form-urlencoded`` bodies and query strings.

    .. versionadded:: 1.0
    """

    #: How many arguments there may be.
    max_arguments: int = DEFAULT_MAX_ARGUMENTS


@dataclass
class ParseBodyConfig:
    """The limits for parsing request bodies, see :func:`set_parse_body_config`.

    .. versionadded:: 1.0
    """

    multipart: ParseMultipartConfig = field(default_factory=ParseMultipartConfig)
    urlencoded: ParseUrlEncodedConfig = field(default_factory=ParseUrlEncodedConfig)


def set_parse_body_config(config: ParseBodyConfig) -> None:
    """Change how request bodies are parsed, in the whole process.

    Call it once, before the server starts: requests read the setting when their arguments are
    first asked for. ``set_parse_body_config(ParseBodyConfig())`` restores the defaults.

    .. versionadded:: 1.0
    """
    ProcessConfig.config = config


def body_config() -> ParseBodyConfig:
    """Return the configuration in force."""
    return ProcessConfig.config or ParseBodyConfig()
