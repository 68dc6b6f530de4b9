"""Options from environment variables, for programs that give a prefix."""

from __future__ import annotations

from ._names import suggest

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


def variable_for(option: str, prefix: str) -> str:
    """Return the name of an option's variable: ``APP_LOG_FILE`` for ``log-file`` and ``APP_``."""
    return prefix + option.replace("-", "_").upper()


def find_variables(
    environ: Mapping[str, str], prefix: str, options: Iterable[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield the option, the text and the name of each variable that belongs to an option.

    A variable with the prefix whose name is almost that of an option is logged as a warning.
    """
    known = {variable_for(name, prefix): name for name in options}
    for variable, text in environ.items():
        if variable in known:
            yield known[variable], text, variable
        elif prefix and variable.startswith(prefix):
            _warn_about_misspelling(variable, known)


def _warn_about_misspelling(variable: str, known: Iterable[str]) -> None:
    advice = suggest(variable, known)
    if advice:
        import logging

        logging.getLogger("tornado.general").warning(
            "environment variable %s is not an option%s", variable, advice
        )
