"""A process that refreshes the tokens in a file: ``refreshing_program.py SETTINGS``, which is JSON.

It prints a line when it is ready, and refreshes once for each line that it is given: the word is "stored" if the
tokens of the file are the argument, otherwise a refresh token.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from tornado.auth import AuthError, OAuth2Mixin, OAuth2Provider, SQLiteReplayStore


class Session(OAuth2Mixin):
    """The tokens of a user, as a file has them; it has no request, which refreshing does not need."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.path = Path(given["tokens"])
        self.can_reload = given["reload"]
        self.settings: dict[str, Any] = {"npm_oauth": {"key": "public"}}
        if given["store"]:
            self.settings["auth_replay_store"] = SQLiteReplayStore(given["store"])
        self.oauth2_provider = OAuth2Provider(
            name="npm",
            issuer=given["issuer"],
            authorize_url=f"{given['issuer']}/auth",
            token_url=given["token_url"],
        )

    async def load(self) -> dict[str, Any]:
        return json.loads(self.path.read_text())

    async def store(self, tokens: dict[str, Any]) -> None:
        partial = self.path.with_suffix(".partial")
        partial.write_text(json.dumps(tokens))
        partial.replace(self.path)

    async def refresh(self, token: str) -> dict[str, Any]:
        if token == "stored":
            token = (await self.load())["refresh_token"]
        reload = self.load if self.can_reload else None
        return await self.refresh_oauth2_tokens(token, replace=self.store, reload=reload)


async def main() -> None:
    session = Session(json.loads(sys.argv[1]))
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        try:
            answer: dict[str, Any] = await session.refresh(line.strip())
        except AuthError as error:
            answer = {"kind": type(error).__name__, "message": str(error)}
        print(json.dumps(answer), flush=True)


asyncio.run(main())
