"""Errors of a sign-in.

::

    AuthError              the sign-in failed
    +-- ProviderError      the provider answered with an error
    +-- TokenInUseError    the refresh token is used by another process
    +-- TransactionError   the answer is not one to a sign-in of this browser

No message holds a secret, a code, a token or a verifier.
"""

from __future__ import annotations


class AuthError(Exception):
    """A sign-in, or a request to a provider, that failed."""


class ProviderError(AuthError):
    """An error that a provider sent.

    :param error: the code that the provider gave, such as ``access_denied`` (RFC 6749 sections
        4.1.2.1 and 5.2); None if it gave none.
    :param description: what the provider wrote about it, shortened.
    :param status: the status of the HTTP response; None for an answer that came by the browser.

    .. versionadded:: 1.0
    """

    def __init__(
        self,
        message: str,
        *,
        error: str | None = None,
        description: str | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.error = error
        self.description = description
        self.status = status


class TokenInUseError(AuthError):
    """A refresh token that another process uses at this moment, or has just used.

    The token was not sent: a second use would end the session. What the other process got is where it
    stores tokens; read them again.

    .. versionadded:: 1.0
    """


class TransactionError(AuthError):
    """An answer that does not belong to a sign-in which this browser began and has not ended.

    It was begun in another browser, is too old, or was answered already; beginning again helps.

    .. versionadded:: 1.0
    """
