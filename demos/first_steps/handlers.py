"""The handlers of the pages."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import tornado.locale
import tornado.web

if TYPE_CHECKING:
    from guestbook import Guestbook

LINKS = [
    ("/hello", "Hello"),
    ("/story/7", "Story"),
    ("/form", "Form"),
    ("/upload", "Upload"),
    ("/old", "Redirect"),
    ("/secret", "Forbidden"),
    ("/waiting", "Waiting"),
]

LANGUAGES = {"en_US": "English", "zh_CN": "中文"}


class BaseHandler(tornado.web.RequestHandler):
    """The base of all pages: their user, their language, and the names that templates see."""

    @property
    def guestbook(self) -> Guestbook:
        guestbook: Guestbook = self.settings["guestbook"]
        return guestbook

    def get_current_user(self) -> str | None:
        name = self.get_signed_cookie("user")
        return name.decode() if name else None

    def get_user_locale(self) -> tornado.locale.Locale | None:
        code = self.get_cookie("language")
        return tornado.locale.get(code) if code in LANGUAGES else None

    def get_template_namespace(self) -> dict[str, Any]:
        namespace = super().get_template_namespace()
        other = "zh_CN" if self.locale.code != "zh_CN" else "en_US"
        namespace.update(links=LINKS, other_language=other, other_language_name=LANGUAGES[other])
        return namespace

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        self.render("error.html", title=f"{status_code}: {self._reason}")


class HomeHandler(BaseHandler):
    def get(self) -> None:
        self.render("home.html", entries=self.guestbook)


class EntriesHandler(BaseHandler):
    @tornado.web.authenticated
    def post(self) -> None:
        text = self.get_body_argument("text")
        if not text or len(text) > 200:
            raise tornado.web.HTTPError(400, "an entry of %d characters", len(text))
        entry = self.guestbook.add(self.current_user, text)
        if "application/json" not in self.request.headers.get("Accept", ""):
            self.redirect("/", status=303)
            return
        number = len(self.guestbook)
        count = self.locale.translate("One entry", "%(num)d entries", number) % {"num": number}
        self.write({"html": self.render_string("entry.html", entry=entry).decode(), "count": count})


class HelloHandler(tornado.web.RequestHandler):
    def get(self) -> None:
        self.write("Hello, world")


class StoryHandler(BaseHandler):
    def get(self, story_id: str) -> None:
        text = self.locale.translate("You requested the story %s") % story_id
        self.render("message.html", title=self.locale.translate("A story"), text=text)


class FormHandler(BaseHandler):
    def get(self) -> None:
        self.render("form.html")

    def post(self) -> None:
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        self.write("You wrote " + self.get_argument("message"))


class UploadHandler(BaseHandler):
    def get(self) -> None:
        self.render("upload.html", files=[])

    def post(self) -> None:
        files = self.request.files.get("file")
        if not files:
            raise tornado.web.HTTPError(400, "no file in the form")
        self.render("upload.html", files=files)


class SecretHandler(BaseHandler):
    def get(self) -> None:
        raise tornado.web.HTTPError(403)


class MissingHandler(BaseHandler):
    def prepare(self) -> None:
        raise tornado.web.HTTPError(404)


class SignInHandler(BaseHandler):
    def get(self) -> None:
        self.render("sign-in.html", next_url=self.get_query_argument("next", "/"))

    def post(self) -> None:
        name = self.get_body_argument("name")
        if not name or len(name) > 40:
            raise tornado.web.HTTPError(400, "a name of %d characters", len(name))
        self.set_signed_cookie("user", name, httponly=True, samesite="Lax")
        self.redirect(self.get_next_url(), status=303)


class SignOutHandler(BaseHandler):
    def post(self) -> None:
        self.clear_cookie("user")
        self.redirect("/", status=303)


class LanguageHandler(BaseHandler):
    def get(self) -> None:
        code = self.get_query_argument("to")
        if code not in LANGUAGES:
            raise tornado.web.HTTPError(400, "no such language: %s", code)
        self.set_cookie("language", code, samesite="Lax", expires_days=365)
        self.redirect("/")


class WaitingHandler(BaseHandler):
    """A page that waits for three things at the same time, while other requests are served."""

    async def get(self) -> None:
        steps = [("tea", 0.3), ("toast", 0.2), ("egg", 0.4)]
        began = time.monotonic()
        async with asyncio.timeout(5), asyncio.TaskGroup() as group:
            for _, seconds in steps:
                group.create_task(asyncio.sleep(seconds))
        self.render("waiting.html", steps=steps, together=time.monotonic() - began)
