"""What a container raises into an application."""

from __future__ import annotations


class ClientDisconnectedError(ConnectionResetError):
    """An end of the connection in the middle of a request or of its response.

    Frameworks know an ``OSError`` of ``wsgi.input`` for what it is. Nobody gets an answer any more,
    so it is not logged as an error of the application.
    """
