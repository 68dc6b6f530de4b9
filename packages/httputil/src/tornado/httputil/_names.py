"""Field names in their one canonical spelling.

HTTP field names are case-insensitive (RFC 9110 section 5.1). The mapping of this room answers with
the spelling ``Content-Type`` for every other one; on a hit this is a single subscript that runs in C.
"""

from __future__ import annotations

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


class CanonicalNames(dict[str, str]):
    """Map every spelling of a field name to the canonical one, and remember what was asked.

    The memory is bounded: peers choose names, so a long name is never kept and a full table starts
    again from the common ones. Whether a name is a token is not checked here.

    :param most: how many spellings are kept.
    :param longest: how long a kept name may be, in characters.
    """

    def __init__(self, *, most: int = 1024, longest: int = 64) -> None:
        super().__init__()
        self._most = most
        self._longest = longest
        self._seed()

    def _seed(self) -> None:
        for name in _COMMON.split():
            self[name] = self[name.lower()] = name

    def __missing__(self, name: str) -> str:
        if not name.isascii():  # "\u212a".capitalize() would end up as an ASCII "k"
            return name
        form = "-".join([word.capitalize() for word in name.split("-")])
        if len(name) <= self._longest:
            if len(self) >= self._most:
                self.clear()
                self._seed()
            self[name] = form
        return form


#: The process-wide table: ``canonical["content-type"] == "Content-Type"``.
canonical = CanonicalNames()
