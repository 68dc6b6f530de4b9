"""The signature of OAuth 1.0, without a socket (RFC 5849 section 3.4).

The client and the server bring a request into one form, the base string, and sign it with both
secrets, that of the client and that of the token::

    METHOD & encoded(address without its query) & encoded(sorted parameters)
"""

from __future__ import annotations

import base64
import hmac
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Parameters = Iterable[tuple[str, str]]

_PORTS = {"http": 80, "https": 443}

#: What a URL may hold besides letters and digits, and the percent sign of what is encoded already.
_URL_SAFE = "%-._~!$&'()*+,;=:@/"


def percent_encode(value: str) -> str:
    """Encode everything but letters, digits and ``-._~`` (RFC 5849 section 3.6)."""
    return quote(value, safe="~", errors="surrogateescape")


def form_parameters(encoded: str) -> list[tuple[str, str]]:
    """Return the decoded parameters of a query or of a form (RFC 5849 section 3.4.1.3.1).

    Anything is taken: characters that should have been encoded, such as the brackets of
    ``ids[]=1``, names without a value, and octets that are not UTF-8.
    """
    return parse_qsl(encoded, keep_blank_values=True, errors="surrogateescape")


def base_string_uri(url: str) -> str:
    """Return the part of a URL that is signed (RFC 5849 section 3.4.1.2).

    Scheme and host are in lower case, a port that the scheme implies is left out, and so are user,
    query and fragment.

    :raises ValueError: it is not an http or https URL.
    """
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), parts.hostname
    if scheme not in _PORTS or not host:
        raise ValueError("the URL to sign is not an http or https URL with a host")
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    authority = f"[{host}]" if ":" in host else host
    if parts.port not in (None, _PORTS[scheme]):
        authority += f":{parts.port}"
    return f"{scheme}://{authority}{quote(parts.path or '/', safe=_URL_SAFE)}"


def normalized_parameters(parameters: Parameters) -> str:
    """Return all parameters encoded, sorted and joined (RFC 5849 section 3.4.1.3.2)."""
    pairs = sorted((percent_encode(name), percent_encode(value)) for name, value in parameters)
    return "&".join(f"{name}={value}" for name, value in pairs)


def signature_base_string(method: str, url: str, parameters: Parameters) -> str:
    """Return what the signature covers (RFC 5849 section 3.4.1.1).

    :param method: the method of the request, in any case.
    :param url: the address of the request; parameters in its query are covered.
    :param parameters: those of the ``Authorization`` field and of a form in the body, decoded;
        ``realm`` and ``oauth_signature`` are left out if they are among them.
    :raises ValueError: `url` is not an http or https URL.
    """
    covered = [pair for pair in parameters if pair[0] not in ("realm", "oauth_signature")]
    covered += form_parameters(urlsplit(url).query)
    parts = method.upper(), base_string_uri(url), normalized_parameters(covered)
    return "&".join(map(percent_encode, parts))


def signing_key(client_secret: str, token_secret: str = "") -> str:
    """Return the key of all methods here: both secrets, encoded and joined."""
    return f"{percent_encode(client_secret)}&{percent_encode(token_secret)}"


def _hmac(digest: str) -> Callable[[str, str], str]:
    def sign(key: str, base_string: str) -> str:
        code = hmac.digest(key.encode(), base_string.encode("ascii"), digest)
        return base64.b64encode(code).decode("ascii")

    return sign


def _plaintext(key: str, base_string: str) -> str:
    return key


#: How each method makes a signature of a key and a base string (RFC 5849 sections 3.4.2 and 3.4.4).
#: HMAC-SHA256 is HMAC-SHA1 with another hash; no RFC describes it, but many servers take it.
METHODS: dict[str, Callable[[str, str], str]] = {
    "HMAC-SHA1": _hmac("sha1"),
    "HMAC-SHA256": _hmac("sha256"),
    "PLAINTEXT": _plaintext,
}


def sign(signature_method: str, key: str, base_string: str) -> str:
    """Return the value of ``oauth_signature``.

    :param signature_method: ``HMAC-SHA1``, ``HMAC-SHA256`` or ``PLAINTEXT``.
    :param key: what :func:`signing_key` returned.
    :raises ValueError: there is no such method.
    """
    try:
        return METHODS[signature_method](key, base_string)
    except KeyError:
        message = (
            f"unknown signature method {signature_method!r:.40}: use one of {', '.join(METHODS)}"
        )
        raise ValueError(message) from None
