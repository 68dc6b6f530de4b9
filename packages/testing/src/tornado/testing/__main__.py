"""``python -m tornado.testing``."""

from __future__ import annotations

from ._main import run

if __name__ == "__main__":
    run(names_required=True)
