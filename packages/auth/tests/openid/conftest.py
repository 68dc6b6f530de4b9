"""An independent implementation of OpenID 2.0: python3-openid."""

from __future__ import annotations

import importlib
import warnings

with warnings.catch_warnings():
    # It imports a module of defusedxml that is deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    importlib.import_module("openid.server.server")
