"""Field names in their one canonical spelling.

HTTP field names are case-insensitive (RFC 9110 section 5.1). The mapping of this module
gives the spelling ``Content-Type`` for every other one; on a hit this is a single subscript that
runs in C.
"""

from __future__ import annotations

from tornado.util import BoundedCache

_COMMON = (
    "Accept Accept-Encoding Accept-Language Accept-Ranges Access-Control-Allow-Origin Age Allow "
    "Authorization Cache-Control Connection Content-Disposition Content-Encoding Content-Language "
    "Content-Length Content-Range Content-Type Cookie Date Dnt Etag Expect Expires Forwarded Host "
    "If-Match If-Modified-Since If-None-Match If-Range If-Unmodified-Since Keep-Alive Last-Modified "
    "Location Origin Pragma Priority Range Referer Retry-After Sec-Ch-Ua Sec-Ch-Ua-Mobile "
    "Sec-Ch-Ua-Platform Sec-Fetch-Dest Sec-Fetch-Mode Sec-Fetch-Site Sec-Fetch-User "
    "Sec-Websocket-Accept Sec-Websocket-Extensions Sec-Websocket-Key Sec-Websocket-Protocol "
    "Sec-Websocket-Version Server Set-Cookie Te Trailer Transfer-Encoding Upgrade "
    "Upgrade-Insecure-Requests User-Agent Vary Via Www-Authenticate X-Forwarded-For "
    "X-Forwarded-Host X-Forwarded-Proto X-Real-Ip X-Requested-With X-Scheme X-Xsrftoken"
)


class CanonicalNames(BoundedCache[str, str]):
    """The canonical spelling of field names, by every spelling that was asked for.

    Peers choose names, so a long name is never kept, and a full table starts again from the common
    ones. Whether a name is a token is not checked here.

    :param max_entries: how many spellings are kept.
    :param max_key_length: how long a kept name may be, in characters.
    """

    def __init__(self, *, max_entries: int = 1024, max_key_length: int = 64) -> None:
        super().__init__(_capitalized, max_entries=max_entries, max_key_length=max_key_length)
        self.clear()

    def clear(self) -> None:
        """Forget all but the common names."""
        super().clear()
        for name in _COMMON.split():
            self[name] = self[name.lower()] = name


def _capitalized(name: str) -> str:
    if not name.isascii():  # "\u212a".capitalize() would end up as an ASCII "k"
        return name
    return "-".join([word.capitalize() for word in name.split("-")])


#: The process-wide table: ``canonical["content-type"] == "Content-Type"``.
canonical = CanonicalNames()
