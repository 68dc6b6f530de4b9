"""The URLs of static files."""

from __future__ import annotations

from typing import Any

from .._state import HandlerState


class StaticURLs(HandlerState):
    """Make URLs of static files."""

    def static_url(self, path: str, include_host: bool | None = None, **kwargs: Any) -> str:
        """Give the URL of a static file, with the version of its content.

        A browser may keep such a URL for years: when the file changes, so does the URL. Needs the
        setting ``static_path``.

        :param path: below ``static_path``.
        :param include_host: with protocol and host. By default what the attribute ``include_host``
            of the handler says, and without if it has none.
        :param kwargs: for the ``make_static_url`` of the handler class; ``include_version=False``
            leaves the version away.
        """
        from tornado.web import StaticFileHandler

        if not self.settings.get("static_path"):
            raise Exception("set the 'static_path' setting of the application to use static_url")
        handler_class = self.settings.get("static_handler_class", StaticFileHandler)
        url: str = handler_class.make_static_url(self.settings, path, **kwargs)
        if include_host is None:
            include_host = getattr(self, "include_host", False)
        return f"{self.request.protocol}://{self.request.host}{url}" if include_host else url
