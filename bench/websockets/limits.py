"""How many descriptors a process may have."""

from __future__ import annotations

import resource


def raise_limit(wanted: int) -> int:
    """Allow this process so many descriptors if the system lets it, and return how many it has."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if most > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return max(soft, most)
