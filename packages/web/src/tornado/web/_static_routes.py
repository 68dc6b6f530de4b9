"""The routes that the setting ``static_path`` adds."""

from __future__ import annotations

import re
from typing import Any

from ._static_files import StaticFileHandler


def static_routes(settings: dict[str, Any]) -> list[Any]:
    """Give the routes for static files, none without the setting ``static_path``.

    They come before the routes of the application: below the prefix, and the two files that
    browsers and robots ask for at the root.
    """
    path = settings.get("static_path")
    if not path:
        return []
    prefix = settings.get("static_url_prefix", "/static/")
    handler_class = settings.get("static_handler_class", StaticFileHandler)
    arguments = {**settings.get("static_handler_args", {}), "path": path}
    patterns = (re.escape(prefix) + r"(.*)", r"/(favicon\.ico)", r"/(robots\.txt)")
    return [(pattern, handler_class, arguments) for pattern in patterns]
