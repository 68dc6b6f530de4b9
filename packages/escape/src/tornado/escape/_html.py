"""Text made safe for HTML and XML."""

from __future__ import annotations

from ._text import text_of

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    class HasHTML(Protocol):
        """A value that knows its own markup."""

        def __html__(self) -> str: ...


def _load_escape(text: str) -> str:
    # On the first call only: markupsafe costs as much to import as everything else here together.
    global _escape_unquoted  # noqa: PLW0603 - rebound once, here
    import markupsafe

    core: Callable[[str], str] = markupsafe._escape_inner  # type: ignore[attr-defined]  # escape() would put Markup around the result
    _escape_unquoted = core
    return core(text)


_escape_unquoted: Callable[[str], str] = _load_escape


def xhtml_escape(value: str | bytes | HasHTML) -> str:
    """Make text safe between tags and inside quoted attribute values.

    ``& < > " '`` become ``&amp; &lt; &gt; &quot; &#x27;``.

    >>> xhtml_escape('<a title="x">')
    '&lt;a title=&quot;x&quot;&gt;'

    :param value: text, or UTF-8 bytes. A value with an ``__html__`` method is markup already:
        what the method returns comes back unchanged (the convention of markupsafe).
    :raises TypeError: if the value is something else.
    """
    if type(value) is not str:
        if hasattr(value, "__html__"):
            return str(value.__html__())
        value = text_of(value)
    if '"' in value or "'" in value:
        # markupsafe writes quotes in another way than the documented one.
        return (
            value.replace("&", "&amp;")
            .replace("<", "&lt;")
            .replace(">", "&gt;")
            .replace('"', "&quot;")
            .replace("'", "&#x27;")
        )
    return _escape_unquoted(value)
