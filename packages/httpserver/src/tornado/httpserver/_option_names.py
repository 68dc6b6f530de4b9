"""The names of a server's options, for those that are misspelt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Options that a server passes on to its connections under the same name.
CONNECTION_OPTIONS = frozenset(
    {
        "head_timeout",
        "max_drain_size",
        "max_header_count",
        "min_body_rate",
        "non_ascii_targets",
        "write_timeout",
    }
)


def check_names(server: type[Any], names: Iterable[str]) -> None:
    """Check the names that ``initialize`` of a server does not know.

    :raises TypeError: one of them is not an option; the message suggests the option that is meant.
    """
    for name in names:
        if name not in CONNECTION_OPTIONS:
            raise TypeError(
                f"{server.__name__}() got an unexpected keyword argument {name!r}"
                f"{_suggestion(server, name)}"
            )


def _suggestion(server: type[Any], name: str) -> str:
    import difflib  # slow imports, for a program that ends with an error
    import inspect

    parameters = inspect.signature(server.configurable_base().initialize).parameters.values()
    known = {each.name for each in parameters if each.kind is not each.VAR_KEYWORD} - {"self"}
    close = difflib.get_close_matches(name, known | CONNECTION_OPTIONS, n=1)
    return f", did you mean {close[0]!r}?" if close else ""
