"""Transforms of responses, just before they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tornado.httputil import HTTPHeaders, HTTPServerRequest


class OutputTransform:
    """A transform of a response, which is applied before it is sent; this one changes nothing.

    The application makes one for each request from each class in its ``transforms``
    (:meth:`Application.add_transform`).

    :param request: the request that is answered.
    """

    #: False after the transform has found that it does not change this body: then the kernel may
    #: send files.
    is_active = True

    def __init__(self, request: HTTPServerRequest) -> None:
        pass

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        """Called with the head and the first chunk of the body. Override to change them.

        :param finishing: the body ends with this chunk.
        :returns: the status, the fields and the chunk to be sent.
        """
        return status_code, headers, chunk

    def transform_chunk(self, chunk: bytes, finishing: bool) -> bytes:
        """Called with each later chunk of the body. Override to change it."""
        return chunk


class ChunkedTransferEncoding(OutputTransform):
    """A transform that does nothing (classic): connections frame what they send themselves.

    Programs that list their transforms name it.
    """

    is_active = False
