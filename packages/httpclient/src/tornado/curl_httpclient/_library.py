"""pycurl, or a word about how to get it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

try:
    # pycurl has no types, and need not be there for a type checker to run.
    pycurl: Any = import_module("pycurl")
except ImportError as error:
    raise ImportError(
        "tornado.curl_httpclient needs pycurl: pip install 'tornado-httpclient[curl]'"
    ) from error

__all__ = ["pycurl"]
