"""The client for handlers without a socket.

A request goes from ``_client`` over a connection of ``_transport`` to a server that listens nowhere,
and comes back as a ``_response``. ``_cookies`` are kept between requests, and an exception that the
handler does not catch is ``_uncaught``. ``_sync`` is the client for tests that await nothing.
"""
