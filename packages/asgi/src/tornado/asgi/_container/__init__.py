"""An ASGI application in our server.

``_application`` is what a server gets. A request becomes an ``_exchange``, a delegate that has the
``receive`` of the application; ``_response`` has its ``send``. What is more than HTTP in one piece has
modules of its own: ``_websocket``, ``_lifespan``, and for extensions ``_files`` and ``_tls``. ``_scope``
makes the scopes, ``_running`` the tasks.
"""
