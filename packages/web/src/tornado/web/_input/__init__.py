"""What a request says.

``_stream_body`` takes a body while it arrives; after it, ``_arguments`` (converted by
``_argument_types``) and ``_json_body`` read what has arrived. ``_accept_language``,
``_accept_encoding`` and ``_http_dates`` read header fields.
"""
