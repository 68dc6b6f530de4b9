"""Forms that other sites send in the name of a user: cookies and tokens against them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.escape import xhtml_escape

from .._errors import HTTPError
from .._state import HandlerState

if TYPE_CHECKING:
    from ._xsrf_tokens import Token

_FIELD = "_xsrf"
_HEADERS = ("X-Xsrftoken", "X-Csrftoken")
_DEFAULT_VERSION = 2


class Xsrf(HandlerState):
    """Ask each form for the token that stands in a cookie.

    Another site can make a browser send a form with its cookies, but cannot read them. The setting
    ``xsrf_cookies=True`` has all requests but GET, HEAD and OPTIONS checked before ``prepare``.
    ``xsrf_cookie_name``, ``xsrf_cookie_kwargs`` and ``xsrf_cookie_version`` say what the cookie is
    like. The name ``__Host-xsrf`` (with ``secure=True``) keeps other hosts of the same domain from
    setting it.
    """

    _xsrf_kept: Token | None = None
    _xsrf_written: bytes | None = None

    @property
    def xsrf_token(self) -> bytes:
        """The token for the forms of this response; to ask for it sets the cookie.

        JavaScript sends it in the field ``X-XSRFToken``, forms have it from :meth:`xsrf_form_html`.
        """
        if self._xsrf_written is None:
            from ._xsrf_tokens import new_token, write_token

            token = self._xsrf_kept = self._token_of_cookie()
            is_new = token is None
            if token is None:
                token = self._xsrf_kept = new_token()
            version = self.settings.get("xsrf_cookie_version", _DEFAULT_VERSION)
            self._xsrf_written = write_token(token, version)
            if is_new:
                self._set_xsrf_cookie(self._xsrf_written)
        return self._xsrf_written

    def check_xsrf_cookie(self) -> None:
        """Refuse a request without the token of the cookie.

        Called before ``prepare`` where the setting ``xsrf_cookies`` is on. A handler that has
        other means to know who asks, or that wants no cookies at all, overrides this and does
        nothing.

        :raises HTTPError: 403: the argument ``_xsrf`` and the fields ``X-XSRFToken`` and
            ``X-CSRFToken`` are missing, malformed, or not what the cookie says.
        """
        from hmac import compare_digest

        from ._xsrf_tokens import parse_token

        sent = self._sent_token()
        if not sent:
            raise HTTPError(403, "'_xsrf' argument missing from %s", self.request.method)
        given = parse_token(sent)
        if given is None:
            raise HTTPError(403, "'_xsrf' argument has invalid format")
        expected = self._token_of_cookie()
        if expected is None or not compare_digest(given.secret, expected.secret):
            raise HTTPError(403, "XSRF cookie does not match %s argument", self.request.method)

    def xsrf_form_html(self) -> str:
        """Give the hidden field that each form needs; also in templates.

        :return: markup that templates do not escape again.
        """
        from .._pages._markup import Markup

        return Markup(
            f'<input type="hidden" name="{_FIELD}" value="{xhtml_escape(self.xsrf_token)}"/>'
        )

    def _sent_token(self) -> str | None:
        if self._body_received is None:
            sent: str | None = self.get_argument(_FIELD, None)
        else:  # the body is still to come
            sent = self.get_query_argument(_FIELD, None)
        for name in _HEADERS:
            sent = sent or self.request.headers.get(name)
        return sent

    def _token_of_cookie(self) -> Token | None:
        if self._xsrf_kept is None:
            from ._xsrf_tokens import parse_token

            self._xsrf_kept = parse_token(self.get_cookie(self._xsrf_cookie_name(), "") or "")
        return self._xsrf_kept

    def _xsrf_cookie_name(self) -> str:
        name: str = self.settings.get("xsrf_cookie_name", _FIELD)
        return name

    def _set_xsrf_cookie(self, token: bytes) -> None:
        attributes: dict[str, Any] = dict(self.settings.get("xsrf_cookie_kwargs") or {})
        if self.current_user and "expires_days" not in attributes:
            attributes["expires_days"] = 30
        self.set_cookie(self._xsrf_cookie_name(), token, **attributes)
