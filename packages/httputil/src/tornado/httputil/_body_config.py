"""How much of a request body is parsed into arguments, process-wide and per call."""

from __future__ import annotations

from dataclasses import dataclass, field

from ._in_force import DEFAULT_MAX_ARGUMENTS, InForce


@dataclass
class ParseMultipartConfig:
    """Bound the parsing of ``multipart/form-data`` bodies.

    .. versionadded:: 1.0
    """

    #: Whether multipart bodies are parsed at all; when not, they are an error.
    enabled: bool = True

    #: How many parts a body may have.
    max_parts: int = 100

    #: How many bytes the header of one part may have.
    max_part_header_size: int = 10 * 1024


@dataclass
class ParseUrlEncodedConfig:
    """Bound the parsing of ``application/x-www-form-urlencoded`` bodies and of query strings.

    .. versionadded:: 1.0
    """

    #: How many arguments there may be.
    max_arguments: int = DEFAULT_MAX_ARGUMENTS


@dataclass
class ParseBodyConfig:
    """Bound the parsing of request bodies, see :func:`set_parse_body_config`.

    .. versionadded:: 1.0
    """

    multipart: ParseMultipartConfig = field(default_factory=ParseMultipartConfig)
    urlencoded: ParseUrlEncodedConfig = field(default_factory=ParseUrlEncodedConfig)


def set_parse_body_config(config: ParseBodyConfig) -> None:
    """Change how request bodies are parsed, in the whole process.

    Call it once, before the server starts: requests read the setting when their arguments are
    first asked for. ``set_parse_body_config(ParseBodyConfig())`` puts the defaults back.

    .. versionadded:: 1.0
    """
    InForce.config = config


def body_config() -> ParseBodyConfig:
    """Return the configuration in force."""
    return InForce.config or ParseBodyConfig()
