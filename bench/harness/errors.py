"""The exceptions of the harness.

::

    BenchError
    ├── CaseError            a case or a contestant is described wrongly
    ├── SetupError           a virtual environment could not be made
    ├── ServerError          a contestant did not start, or ended on its own
    ├── ResponseError        bytes that are not an HTTP/1.1 response
    ├── VerificationError    a contestant answers something else than the case asks for
    └── LoadError            the exchange broke while it was measured
"""

from __future__ import annotations


class BenchError(Exception):
    """The base of everything that the harness raises on purpose."""


class CaseError(BenchError):
    """A table under `cases/`, or `contestants.toml`, says something that cannot be done."""


class SetupError(BenchError):
    """The virtual environment of a contestant could not be made."""


class ServerError(BenchError):
    """A contestant's process did not start to listen, or ended while it was needed."""


class ResponseError(BenchError):
    """The bytes that came back are not an HTTP/1.1 response."""


class VerificationError(BenchError):
    """The answer is not the one that every contestant of the case has to give."""


class LoadError(BenchError):
    """The exchange broke while it was measured, so the round means nothing."""
