"""An uploaded file that is held in memory."""

from __future__ import annotations

from tornado.util import ObjectDict


class HTTPFile(ObjectDict):
    """One file of a multipart form.

    A dictionary whose keys are attributes too: ``file["body"]`` is ``file.body``.
    """

    __module__ = "tornado.httputil"  # before the public module has imported it as well

    #: The name that the client gave. Never build a path from it.
    filename: str

    #: The content.
    body: bytes

    #: The ``Content-Type`` of the part, ``application/unknown`` if it has none.
    content_type: str
