"""The contestants: one module each, with ``make(work)``.

``make`` returns a function without arguments that does the work once. For ``page`` and ``table`` it
returns the text, ``str`` or UTF-8; for ``compile`` it compiles the page's two files afresh and
returns something whose call renders the page, so that the result can be compared.
"""

from __future__ import annotations
