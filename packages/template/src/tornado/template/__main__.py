"""``python -m tornado.template``."""

from __future__ import annotations

from ._command import main

raise SystemExit(main())
