"""One argument of a function, found by name wherever a call puts it."""

from __future__ import annotations

from types import FunctionType

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any


class ArgReplacer:
    """Read and replace the value of one named argument in ``args, kwargs`` pairs.

    For decorators that look at an argument of the function they wrap, whether the caller passes it
    by position or by keyword.

    >>> def greet(name, greeting="hello"): ...
    >>> replacer = ArgReplacer(greet, "greeting")
    >>> replacer.get_old_value(("ann", "bye"), {})
    'bye'
    >>> replacer.replace("hi", ("ann", "bye"), {})
    ('bye', ['ann', 'hi'], {})

    :param func: the function that is called. Builtins, classes, methods, partial and callable
        objects are understood where Python knows their signature.
    :param name: the name of the argument. A name that the function takes in ``**kwargs``, or does
        not take at all, is found by keyword only.
    :raises TypeError: if ``func`` is not callable or has no signature.
    """

    def __init__(self, func: Callable[..., Any], name: str) -> None:
        self.name = name
        #: The position of the argument, or None where it can only be passed by keyword.
        self.arg_pos: int | None = None
        names = _positional_names(func)
        if name in names:
            self.arg_pos = names.index(name)

    def get_old_value(
        self, args: Sequence[Any], kwargs: Mapping[str, Any], default: Any = None
    ) -> Any:
        """Return the value that the call passes, or ``default``; change nothing."""
        if self._is_positional_in(args):
            return args[self.arg_pos or 0]
        return kwargs.get(self.name, default)

    def replace(
        self, new_value: Any, args: Sequence[Any], kwargs: dict[str, Any]
    ) -> tuple[Any, Sequence[Any], dict[str, Any]]:
        """Put ``new_value`` in the place of the argument.

        :returns: the old value (None if the call passed none), then the arguments to call with.
            ``kwargs`` is changed in place; ``args`` is not, a new list is returned instead.
        """
        if self._is_positional_in(args):
            position = self.arg_pos or 0
            replaced = list(args)
            replaced[position] = new_value
            return args[position], replaced, kwargs
        old_value = kwargs.get(self.name)
        kwargs[self.name] = new_value
        return old_value, args, kwargs

    def _is_positional_in(self, args: Sequence[Any]) -> bool:
        return self.arg_pos is not None and len(args) > self.arg_pos


def _positional_names(func: Callable[..., Any]) -> Sequence[str]:
    if type(func) is FunctionType:
        code = func.__code__
        return code.co_varnames[: code.co_argcount]
    import inspect  # slow to import, and hardly ever needed

    try:
        # A wrapper is called with its own arguments, not with those of what it wraps.
        parameters = inspect.signature(func, follow_wrapped=False).parameters.values()
    except (TypeError, ValueError) as error:
        raise TypeError(f"cannot tell the arguments of {func!r:.200}: {error}") from error
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [parameter.name for parameter in parameters if parameter.kind in positional]
