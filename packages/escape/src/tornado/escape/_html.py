"""Text made safe for HTML and XML."""

from __future__ import annotations

from ._text import text_of

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    class HasHTML(Protocol):
        """A value that is markup already."""

        def __html__(self) -> str: ...


def _load_escape(text: str) -> str:
    # Only at the first call: importing markupsafe costs as much as importing all of this package.
    global _escape_unquoted  # noqa: PLW0603 - it is set once, here
    import markupsafe

    core: Callable[[str], str] = markupsafe._escape_inner  # type: ignore[attr-defined]  # escape() would return Markup
    _escape_unquoted = core
    return core(text)


_escape_unquoted: Callable[[str], str] = _load_escape


def xhtml_escape(value: str | bytes | HasHTML) -> str:
    """Escape text for HTML, between tags and in quoted attribute values.

    ``& < > " '`` become ``&amp; &lt; &gt; &quot; &#x27;``.

    >>> xhtml_escape('<a title="x">')
    '&lt;a title=&quot;x&quot;&gt;'

    :param value: text, or UTF-8 bytes. A value with a method ``__html__`` is markup already (the
        convention of markupsafe): the result of the method is returned unchanged.
    :raises TypeError: the value is something else.
    """
    if type(value) is not str:
        if hasattr(value, "__html__"):
            return str(value.__html__())
        value = text_of(value)
    if '"' in value or "'" in value:
        # markupsafe escapes quotes in another way than the documented one.
        return (
            value.replace("&", "&amp;")
            .replace("<", "&lt;")
            .replace(">", "&gt;")
            .replace('"', "&quot;")
            .replace("'", "&#x27;")
        )
    return _escape_unquoted(value)
