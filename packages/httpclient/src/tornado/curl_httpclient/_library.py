"""The library pycurl, or an error that says how to install it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

try:
    # pycurl has no types, and a type checker must run without it.
    pycurl: Any = import_module("pycurl")
except ImportError as error:
    raise ImportError(
        "tornado.curl_httpclient needs pycurl: pip install 'tornado-httpclient[curl]'"
    ) from error

__all__ = ["pycurl"]
