"""The events of a multipart body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .._fields._headers import HTTPHeaders


class PartBegin(NamedTuple):
    """The beginning of a part, and what its header says.

    .. versionadded:: 1.0
    """

    #: The name of the form's field.
    name: str
    #: The file name that the client gave, without directories; None for an ordinary field.
    filename: str | None
    #: The ``Content-Type`` of the part, None if it has none.
    content_type: str | None
    #: All fields of the part's header.
    headers: HTTPHeaders


class PartData(NamedTuple):
    """A piece of the part's content, never an empty one.

    .. versionadded:: 1.0
    """

    data: bytes


@dataclass(frozen=True, slots=True)
class PartEnd:
    """The end of a part.

    .. versionadded:: 1.0
    """


@dataclass(frozen=True, slots=True)
class MultipartEnd:
    """The end of the body: the last boundary was seen, and what follows is ignored.

    .. versionadded:: 1.0
    """


MultipartEvent = PartBegin | PartData | PartEnd | MultipartEnd

for _event in (PartBegin, PartData, PartEnd, MultipartEnd):
    _event.__module__ = "tornado.httputil"  # before the public module has imported it as well
