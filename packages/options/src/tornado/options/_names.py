"""Names of options: ``log_file`` and ``log-file`` mean the same."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Iterable


def normalise(name: str) -> str:
    """Return a name as it is compared, and written on the command line."""
    return name.replace("_", "-")


def suggest(name: str, names: Iterable[str], prefix: str = "") -> str:
    """Return ``, did you mean ...?`` with the nearest of some names, an empty text if none is near.

    :param name: the name that is not known.
    :param names: the names that are.
    :param prefix: a text before the suggested name.
    """
    from difflib import get_close_matches

    nearest = get_close_matches(name, list(names), 1)
    return f", did you mean {prefix}{nearest[0]}?" if nearest else ""
