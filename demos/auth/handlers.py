"""The pages of the site, and what they share."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zlib import crc32

import tornado.web

if TYPE_CHECKING:
    from providers import Provider
    from sessions import Sessions, User

_POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'"

#: How many colours ``static/auth.css`` has for people.
HUES = 6

#: The claims that are times, in seconds since the epoch.
_TIMES = ("iat", "exp", "auth_time")

#: What the first page says after something has ended, by the name that its address has.
MESSAGES = {
    "signed-out": "You are signed out.",
    "signed-out-here": "You are signed out of this site. The provider still knows you.",
    "refused": "Nobody was signed in: the provider says that this was refused.",
}


class BaseHandler(tornado.web.RequestHandler):
    """The base of everything: its user, and the headers of its pages."""

    @property
    def sessions(self) -> Sessions:
        sessions: Sessions = self.settings["sessions"]
        return sessions

    @property
    def providers(self) -> dict[str, Provider]:
        providers: dict[str, Provider] = self.settings["providers"]
        return providers

    def set_default_headers(self) -> None:
        self.set_header("Content-Security-Policy", _POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")

    def get_current_user(self) -> User | None:
        name = self.get_signed_cookie("session")
        return self.sessions.find(name.decode()) if name else None

    def begin_session(self, user: User) -> None:
        """Sign somebody in, with a new session whatever the browser had."""
        self.end_session()
        is_secure = self.request.protocol == "https"
        self.set_signed_cookie(
            "session",
            self.sessions.begin(user),
            expires_days=None,
            httponly=True,
            samesite="Lax",
            secure=is_secure,
        )

    def end_session(self) -> User | None:
        """Sign the browser out, and return who was signed in."""
        name = self.get_signed_cookie("session")
        self.clear_cookie("session")
        return self.sessions.end(name.decode()) if name else None

    def go_home(self, message: str | None = None) -> None:
        """Redirect to the first page, which says something."""
        self.redirect("/" if message is None else f"/?message={message}", status=303)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        title = {404: "Nothing is here"}.get(status_code, "This did not work")
        self.render("error.html", title=title, reason=self._reason)


class HomeHandler(BaseHandler):
    """Shows who is signed in, or asks."""

    def get(self) -> None:
        user = self.current_user
        local = self.providers.get("local")
        self.render(
            "home.html",
            claims=readable(user.claims) if user else "",
            hue=crc32(user.subject.encode()) % HUES if user else 0,
            local=local.issuer if local else None,
            message=MESSAGES.get(self.get_argument("message", "")),
            providers=self.providers.values(),
            since=datetime.fromtimestamp(user.since if user else time.time(), UTC),
        )


class MissingHandler(BaseHandler):
    def prepare(self) -> None:
        raise tornado.web.HTTPError(404)


def readable(claims: dict[str, Any]) -> str:
    """Return claims as text for people: the times are dates."""
    shown = {name: _date(value) if name in _TIMES else value for name, value in claims.items()}
    return json.dumps(shown, indent=2, ensure_ascii=False)


def _date(value: Any) -> Any:
    """Return seconds since the epoch as a date; what is beyond all dates, or not a number, as it is."""
    try:
        return datetime.fromtimestamp(value, UTC).isoformat()
    except (OSError, OverflowError, TypeError, ValueError):
        return value
