"""How our applications run under any server of ASGI.

`_adapter` has the callable; `_start` the lifespan. A request goes from `_exchange` (its course) through
`_head` and `_body` to the application's delegate, and what a handler writes goes from `_connection`
through `_outgoing` to the server. `_upgrade` and `_websocket` do the same for websockets.
"""
