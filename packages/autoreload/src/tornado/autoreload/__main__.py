"""``python -m tornado.autoreload``."""

from __future__ import annotations

from tornado.autoreload import main

main()
