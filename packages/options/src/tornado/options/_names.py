"""Names of options: ``log_file`` and ``log-file`` are the same one."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Iterable


def normalise(name: str) -> str:
    """Give the form in which names are compared, and written on the command line."""
    return name.replace("_", "-")


def suggest(name: str, names: Iterable[str], prefix: str = "") -> str:
    """Give ``, did you mean ...?`` with the nearest of some names, or nothing.

    :param name: what somebody wrote.
    :param names: what there is.
    :param prefix: what to write before the suggested name.
    """
    from difflib import get_close_matches

    nearest = get_close_matches(name, list(names), 1)
    return f", did you mean {prefix}{nearest[0]}?" if nearest else ""
