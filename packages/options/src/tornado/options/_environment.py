"""Options from environment variables, for programs that ask for it by giving a prefix."""

from __future__ import annotations

from ._names import suggest

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


def variable_for(option: str, prefix: str) -> str:
    """Give the variable of an option: ``APP_LOG_FILE`` for ``log-file`` and ``APP_``."""
    return prefix + option.replace("-", "_").upper()


def read(
    environ: Mapping[str, str], prefix: str, options: Iterable[str]
) -> Iterator[tuple[str, str, str]]:
    """Give option, text and variable for each option that the environment has a value for.

    A variable with the prefix that is no option, but is spelled like one, is logged.
    """
    known = {variable_for(name, prefix): name for name in options}
    for variable, text in environ.items():
        if variable in known:
            yield known[variable], text, variable
        elif prefix and variable.startswith(prefix):
            _warn_of_misspelling(variable, known)


def _warn_of_misspelling(variable: str, known: Iterable[str]) -> None:
    advice = suggest(variable, known)
    if advice:
        import logging

        logging.getLogger("tornado.general").warning(
            "environment variable %s is not an option%s", variable, advice
        )
