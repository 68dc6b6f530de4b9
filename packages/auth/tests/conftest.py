"""Sites and providers on sockets of this machine."""

from __future__ import annotations
