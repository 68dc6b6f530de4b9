"""The server's side of a connection.

``_connection`` is the whole of it. What arrives goes through ``_input`` to the delegate, which
answers through an ``_exchange``. ``_deadlines`` says what happens to slow clients, ``_sweep`` when;
``_linger`` ends the connection.
"""
