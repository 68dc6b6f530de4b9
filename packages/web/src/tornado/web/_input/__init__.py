"""What a request says.

``_stream_body`` hands a body to a handler while it arrives; everything else is complete when
``_input``, a facet of handlers, reads arguments and JSON. ``_argument_types`` converts arguments.
``_accept_encoding``, ``_accept_language`` and ``_http_dates`` parse header fields.
"""
