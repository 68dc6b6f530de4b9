"""A site that signs in by OpenID Connect, in three generations, and remembers who it was."""

from __future__ import annotations

from typing import Any, NamedTuple

import tornado.web
from tornado import gen
from tornado.auth import AuthError, DPoPKey, OpenIDConnectMixin


class BaseHandler(tornado.web.RequestHandler, OpenIDConnectMixin):
    """What the handlers of all generations share."""

    def has_answer(self) -> bool:
        return bool(self.get_argument("state", None))

    def begin(self) -> Any:
        return self.authorize_redirect(
            "/login", next=self.get_argument("next", None), extra_params=self.settings["asked"]
        )

    def keep(self, user: dict[str, Any] | None) -> None:
        """Remember who signed in, as a site with sessions does."""
        if user is None:
            self.fail()
            return
        self.settings["signed_in"].append((user, self.auth_tokens))
        shown = {"user": user, "tokens": self.auth_tokens, "next": self.auth_transaction.next}
        self.finish(shown)

    def fail(self, error: AuthError | None = None) -> None:
        self.set_status(403)
        self.finish("failed, see the log" if error is None else str(error))

    def show(self, result: Any) -> None:
        """Show what a method returned; None is that of an error, which is in the log."""
        if result is None:
            self.fail()
        else:
            self.finish(result if isinstance(result, dict) else {"result": result})

    def to_refresh(self) -> dict[str, Any]:
        """Return the arguments for the tokens of the last sign-in."""
        user, tokens = self.settings["signed_in"][-1]
        return {"refresh_token": tokens["refresh_token"], "user": user, "dpop_key": self.key()}

    def to_revoke(self) -> dict[str, Any]:
        kind = self.get_argument("kind", "refresh_token")
        token = self.settings["signed_in"][-1][1][kind]
        return {"token": token, "token_type_hint": kind, "dpop_key": self.key()}

    def key(self) -> DPoPKey | None:
        text = self.settings["signed_in"][-1][1].get("dpop_key")
        return DPoPKey.from_json(text) if text else None


class AwaitingLogin(BaseHandler):
    async def get(self) -> None:
        try:
            if self.has_answer():
                self.keep(await self.get_authenticated_user())
            else:
                await self.begin()
        except AuthError as error:
            self.fail(error)


class AwaitingRefresh(BaseHandler):
    async def post(self) -> None:
        try:
            self.show(await self.refresh_oauth2_tokens(**self.to_refresh()))
        except AuthError as error:
            self.fail(error)


class AwaitingRevoke(BaseHandler):
    async def post(self) -> None:
        try:
            self.show(await self.revoke_oauth2_token(**self.to_revoke()))
        except AuthError as error:
            self.fail(error)


class AwaitingLogout(BaseHandler):
    async def get(self) -> None:
        await self.logout_redirect("/logged-out", next="/goodbye")


class AwaitingLoggedOut(BaseHandler):
    async def get(self) -> None:
        try:
            self.show({"next": await self.check_logout()})
        except AuthError as error:
            self.fail(error)


class AwaitingBackChannel(BaseHandler):
    async def post(self) -> None:
        await self.receive_backchannel_logout()

    def on_backchannel_logout(self, claims: Any) -> None:
        self.settings["ended"].append(dict(claims))


class CallbackLogin(BaseHandler):
    @tornado.web.asynchronous
    def get(self) -> None:
        if self.has_answer():
            self.get_authenticated_user(callback=self.keep)
        else:
            self.begin()


class CallbackRefresh(BaseHandler):
    @tornado.web.asynchronous
    def post(self) -> None:
        self.refresh_oauth2_tokens(callback=self.show, **self.to_refresh())


class CallbackRevoke(BaseHandler):
    @tornado.web.asynchronous
    def post(self) -> None:
        self.revoke_oauth2_token(callback=self.show, **self.to_revoke())


class CallbackLogout(BaseHandler):
    def get(self) -> None:
        self.logout_redirect("/logged-out", next="/goodbye")  # nobody waits


class CallbackLoggedOut(BaseHandler):
    @tornado.web.asynchronous
    def get(self) -> None:
        self.check_logout(callback=self._on_checked)

    def _on_checked(self, next: str | None) -> None:
        self.show(None if next is None else {"next": next})


class CallbackBackChannel(AwaitingBackChannel):
    @tornado.web.asynchronous
    def post(self) -> None:
        self.receive_backchannel_logout()


class EngineLogin(BaseHandler):
    @tornado.web.asynchronous
    @gen.engine
    def get(self) -> Any:
        if self.has_answer():
            self.keep((yield gen.Task(self.get_authenticated_user)))
        else:
            yield self.begin()


class EngineRefresh(BaseHandler):
    @tornado.web.asynchronous
    @gen.engine
    def post(self) -> Any:
        self.show((yield gen.Task(self.refresh_oauth2_tokens, **self.to_refresh())))


class EngineRevoke(BaseHandler):
    @tornado.web.asynchronous
    @gen.engine
    def post(self) -> Any:
        self.show((yield gen.Task(self.revoke_oauth2_token, **self.to_revoke())))


class EngineLogout(BaseHandler):
    @tornado.web.asynchronous
    @gen.engine
    def get(self) -> Any:
        yield self.logout_redirect("/logged-out", next="/goodbye")


class EngineLoggedOut(CallbackLoggedOut):
    @tornado.web.asynchronous
    @gen.engine
    def get(self) -> Any:
        self._on_checked((yield gen.Task(self.check_logout)))


class EngineBackChannel(AwaitingBackChannel):
    @tornado.web.asynchronous
    @gen.engine
    def post(self) -> Any:
        yield self.receive_backchannel_logout()


class Generation(NamedTuple):
    """The handlers of one way to write them."""

    login: type[BaseHandler]
    refresh: type[BaseHandler]
    revoke: type[BaseHandler]
    logout: type[BaseHandler]
    logged_out: type[BaseHandler]
    ended: type[BaseHandler]

    def routes(self) -> list[tuple[str, type[BaseHandler]]]:
        names = (each.replace("_", "-") for each in self._fields)
        return [(f"/{name}", handler) for name, handler in zip(names, self, strict=True)]


GENERATIONS = {
    "await": Generation(
        AwaitingLogin,
        AwaitingRefresh,
        AwaitingRevoke,
        AwaitingLogout,
        AwaitingLoggedOut,
        AwaitingBackChannel,
    ),
    "callback": Generation(
        CallbackLogin,
        CallbackRefresh,
        CallbackRevoke,
        CallbackLogout,
        CallbackLoggedOut,
        CallbackBackChannel,
    ),
    "engine": Generation(
        EngineLogin,
        EngineRefresh,
        EngineRevoke,
        EngineLogout,
        EngineLoggedOut,
        EngineBackChannel,
    ),
}
