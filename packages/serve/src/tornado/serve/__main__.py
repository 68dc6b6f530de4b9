"""The command ``python -m tornado.serve``."""

from __future__ import annotations

import sys

from tornado.serve import main

if __name__ == "__main__":
    sys.exit(main())
