"""Changes of the source, during development.

A process that sees one does not restart itself: it tells the master, which starts a new preloader.
"""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING, Any, NoReturn

from tornado.log import gen_log

from .._channel import Message

if TYPE_CHECKING:
    from .._channel import Channel


def watch_source(application: Any, channel: Channel, *, is_wanted: bool) -> None:
    """Watch the files of all imported modules, if the command line or the application wants that.

    :param is_wanted: whether the command line wants it.
    """
    settings = getattr(application, "settings", None)
    if isinstance(settings, dict) and settings.get("autoreload"):
        is_wanted = True
    if is_wanted or "tornado.autoreload" in sys.modules:
        _end_instead_of_restarting([channel])
    if is_wanted:
        from tornado import autoreload

        autoreload.start()


def wait_for_change(error: BaseException, channels: list[Channel]) -> NoReturn:
    """Wait until a file changes that had a part in an error, and end."""
    from tornado import autoreload

    _end_instead_of_restarting(channels)
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, SyntaxError) and seen.filename:
            autoreload.watch(seen.filename)
        for frame, _ in traceback.walk_tb(seen.__traceback__):
            if not frame.f_code.co_filename.startswith("<"):
                autoreload.watch(frame.f_code.co_filename)
        seen = seen.__cause__ or seen.__context__
    gen_log.info("waiting for a change")
    autoreload.wait()


def _end_instead_of_restarting(channels: list[Channel]) -> None:
    from tornado import autoreload

    def end() -> NoReturn:
        for channel in channels:
            channel.send(Message.CHANGED)
        raise SystemExit(0)

    autoreload.add_reload_hook(end)
