"""The shared name ``tornado``, and the check that it belongs to these distributions.

Every distribution installs into the folder ``tornado``. This folder has no ``__init__.py``, or that of
the meta-package, which sets ``__pieces__ = True``. The monolithic package of the same name has an
``__init__.py`` of its own, and pip lets the two overwrite each other's files. A program would then
import a mixture of both, so the distribution on which all others depend refuses to be imported.
"""

from __future__ import annotations

import sys
from os import path  # pathlib would double the cost of importing this module

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from types import ModuleType


def refuse_foreign_package(package: ModuleType) -> None:
    """Check that a package is the namespace of these distributions or the meta-package.

    :param package: the imported package ``tornado``.
    :raises ImportError: the package, or a folder on its search path, is the monolithic one.
    """
    file = getattr(package, "__file__", None)
    if file is None:
        return  # a namespace package: none of its folders has an __init__.py
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
    """Tell whether a folder has an ``__init__.py`` that is not the meta-package's.

    There may be two meta-packages, an installed one and an editable one.
    """
    try:
        with open(path.join(folder, "__init__.py"), encoding="utf-8") as source:
            return "__pieces__" not in source.read()
    except OSError:
        return False  # no __init__.py: a folder of the namespace package


refuse_foreign_package(sys.modules["tornado"])
