"""One argument of a call, by position or by keyword."""

from __future__ import annotations

from types import FunctionType

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any


class ArgReplacer:
    """A reader and replacer of one argument of a function, in the ``args, kwargs`` of its calls.

    It is for decorators that use an argument of the function that they wrap, whether a call passes
    it by position or by keyword.

    >>> def greet(name, greeting="hello"): ...
    >>> replacer = ArgReplacer(greet, "greeting")
    >>> replacer.get_old_value(("ann", "bye"), {})
    'bye'
    >>> replacer.replace("hi", ("ann", "bye"), {})
    ('bye', ['ann', 'hi'], {})

    :param func: the function. It may also be a builtin, a class, a method, a partial or another
        callable object, if Python knows its signature.
    :param name: the name of the argument. If the function takes it in ``**kwargs``, or not at all,
        it is found by keyword only.
    :raises TypeError: ``func`` is not callable or has no signature.
    """

    def __init__(self, func: Callable[..., Any], name: str) -> None:
        self.name = name
        #: The position of the argument, None if it can only be passed by keyword.
        self.arg_pos: int | None = None
        names = _positional_names(func)
        if name in names:
            self.arg_pos = names.index(name)

    def get_old_value(
        self, args: Sequence[Any], kwargs: Mapping[str, Any], default: Any = None
    ) -> Any:
        """Return the value that a call passes, or ``default``."""
        if self._is_positional_in(args):
            return args[self.arg_pos or 0]
        return kwargs.get(self.name, default)

    def replace(
        self, new_value: Any, args: Sequence[Any], kwargs: dict[str, Any]
    ) -> tuple[Any, Sequence[Any], dict[str, Any]]:
        """Replace the argument by ``new_value``.

        :returns: the old value (None if the call passes none), and the arguments to call with.
            ``kwargs`` is changed in place, while ``args`` is copied.
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
