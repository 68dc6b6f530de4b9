"""What changes responses on their way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tornado.httputil import HTTPHeaders, HTTPServerRequest


class OutputTransform:
    """Change responses on their way out; a base class that changes nothing.

    The application makes one for each request, from the classes in its ``transforms``
    (:meth:`Application.add_transform`).

    :param request: the request that is answered.
    """

    #: False once the transform knows that it leaves this body as it is. Files may then be sent by
    #: the kernel.
    is_active = True

    def __init__(self, request: HTTPServerRequest) -> None:
        pass

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        """Change the head and the first piece of the body; for subclasses.

        :param finishing: the body ends with this piece.
        :return: all three, changed.
        """
        return status_code, headers, chunk

    def transform_chunk(self, chunk: bytes, finishing: bool) -> bytes:
        """Change a later piece of the body; for subclasses."""
        return chunk


class ChunkedTransferEncoding(OutputTransform):
    """Do nothing: connections frame what they send by themselves (classic).

    Programs that list their transforms name it.
    """

    is_active = False
