"""The limits of a multipart body."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipartLimits:
    """The limits of a multipart body; None means no limit. Crossing one raises :exc:`MultipartError`.

    .. versionadded:: 1.0
    """

    #: How many parts there may be.
    max_parts: int = 100

    #: How many bytes the header of one part may have.
    max_part_header_size: int = 10 * 1024

    #: How many characters the name of a field and the name of a file may have.
    max_name_length: int = 1024

    #: How many bytes an ordinary field may have: fields are kept in memory.
    max_field_size: int | None = 1024 * 1024

    #: How many bytes all ordinary fields may have together.
    max_fields_size: int | None = 10 * 1024 * 1024

    #: How many bytes a file may have.
    max_file_size: int | None = None

    #: How many bytes may come before the first boundary.
    max_preamble_size: int = 10 * 1024

    #: How many bytes the whole body may have.
    max_total_size: int | None = None
