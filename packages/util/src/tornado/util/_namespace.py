"""The shared name ``tornado`` and whose package it is.

Every piece installs into the folder ``tornado``, which belongs to nobody: it has no
``__init__.py``, or the one of the roof, which says ``__pieces__ = True``. The monolithic package
that goes by the same name brings an ``__init__.py`` of its own, and pip lets the two overwrite
each other's files. What is then imported is a mixture, so the lowest piece looks and says no.
"""

from __future__ import annotations

import sys
from os import path  # pathlib would double the cost of importing this piece

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from types import ModuleType


def refuse_foreign_package(package: ModuleType) -> None:
    """Raise unless a package is the namespace of the pieces, or the roof over them.

    :param package: the imported package ``tornado``.
    :raises ImportError: the package, or a folder on its search path, is the monolithic one.
    """
    file = getattr(package, "__file__", None)
    if file is None:
        return  # a namespace: no portion of it can hold an __init__.py
    own = path.dirname(file)
    suspects = [folder for folder in package.__path__ if folder != own]
    if not getattr(package, "__pieces__", False):
        suspects.insert(0, own)
    foreign = next(filter(_is_monolithic, suspects), None)
    if foreign is not None:
        raise ImportError(
            f"another distribution's package {package.__name__!r} is in the way at {foreign}: "
            "it cannot share an environment with the tornado-* pieces; run "
            f"'{path.basename(sys.executable)} -m pip uninstall tornado', and delete the "
            "__init__.py there if that leaves it; the pieces stay",
            name=package.__name__,
            path=foreign,
        )


def _is_monolithic(folder: str) -> bool:
    """Tell if a folder is a package without being a roof (an installed and an editable may meet)."""
    try:
        with open(path.join(folder, "__init__.py"), encoding="utf-8") as source:
            return "__pieces__" not in source.read()
    except OSError:
        return False  # no __init__.py: one more portion of the namespace


refuse_foreign_package(sys.modules["tornado"])
