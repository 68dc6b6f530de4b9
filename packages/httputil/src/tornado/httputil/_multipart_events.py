"""What a multipart reader tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ._headers import HTTPHeaders


class PartBegin(NamedTuple):
    """Tell that a part begins, and what its header says.

    .. versionadded:: 1.0
    """

    #: The name of the form's field.
    name: str
    #: The file name that the client gave, without directories; None for an ordinary field.
    filename: str | None
    #: The ``Content-Type`` of the part, None where it has none.
    content_type: str | None
    #: All fields of the part's header.
    headers: HTTPHeaders


class PartData(NamedTuple):
    """Hand over a piece of the part's content, never an empty one.

    .. versionadded:: 1.0
    """

    data: bytes


@dataclass(frozen=True, slots=True)
class PartEnd:
    """Tell that the part is complete.

    .. versionadded:: 1.0
    """


@dataclass(frozen=True, slots=True)
class MultipartEnd:
    """Tell that the last boundary was seen; whatever follows it is ignored.

    .. versionadded:: 1.0
    """


MultipartEvent = PartBegin | PartData | PartEnd | MultipartEnd

for _event in (PartBegin, PartData, PartEnd, MultipartEnd):
    _event.__module__ = "tornado.httputil"  # also where nobody has asked the face for it
