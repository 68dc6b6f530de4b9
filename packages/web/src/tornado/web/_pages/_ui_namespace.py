"""The names of UI modules and UI methods in templates."""

from __future__ import annotations

import functools
import types
from typing import TYPE_CHECKING, Any

from tornado.util import ObjectDict

from ._ui_modules import LinkifyModule, TemplateModule, UIModule, XsrfFormModule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class UIRegistry:
    """The UI modules and methods of an application.

    :param modules: the setting ``ui_modules``: a Python module, a dictionary, or a list of these.
    :param methods: the setting ``ui_methods``, in the same form.
    """

    def __init__(self, modules: Any = None, methods: Any = None) -> None:
        self.modules: dict[str, type[UIModule]] = {
            "Template": TemplateModule,
            "linkify": LinkifyModule,
            "xsrf_form_html": XsrfFormModule,
        }
        self.methods: dict[str, Callable[..., Any]] = {}
        for names in _mappings(modules, "ui_modules"):
            self.modules.update({name: each for name, each in names.items() if _is_module(each)})
        for names in _mappings(methods, "ui_methods"):
            self.methods.update(
                {name: each for name, each in names.items() if _is_method(name, each)}
            )

    def bind(self, handler: Any, namespace: UINamespace) -> ObjectDict:
        """Return the names that templates of a handler see."""
        bound = {name: functools.partial(each, handler) for name, each in self.methods.items()}
        return ObjectDict(bound, _tt_modules=namespace, modules=namespace)


class UINamespace:
    """The UI modules on the page of a handler: ``modules.Entry(entry)`` renders one."""

    def __init__(self, handler: Any) -> None:
        self._handler = handler
        self._used: dict[str, UIModule] = {}

    def __getitem__(self, name: str) -> Callable[..., str | bytes]:
        module = self._used.get(name)
        if module is None:
            module = self._handler.application.ui_modules[name](self._handler)
            self._used[name] = module
        return module.render

    def __getattr__(self, name: str) -> Callable[..., str | bytes]:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(
                f"there is no UI module {name!r}, the setting ui_modules names them"
            ) from None

    def list_used(self) -> list[UIModule]:
        """Return the modules on the page, in the order of their first use."""
        return list(self._used.values())


def _mappings(given: Any, setting: str) -> Iterable[Mapping[str, Any]]:
    if given is None:
        return
    if isinstance(given, types.ModuleType):
        yield vars(given)
    elif isinstance(given, dict):
        yield given
    elif isinstance(given, list | tuple):
        for each in given:
            yield from _mappings(each, setting)
    else:
        raise TypeError(
            f"{setting} is a module, a dictionary or a list of these, not {given!r:.80}"
        )


def _is_module(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, UIModule)


def _is_method(name: str, value: Any) -> bool:
    """Tell whether a name is a UI method; a Python module has other names as well."""
    return not name.startswith("_") and name[:1].lower() == name[:1] and callable(value)
