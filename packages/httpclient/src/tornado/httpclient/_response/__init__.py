"""The response of a fetch.

``_response`` is what a caller gets, ``_charset`` finds the charset of its body, and ``_stream`` is a
response that is read while it arrives. ``_decoding`` decodes compressed bodies while they arrive,
``_body_limits`` has the errors for bodies that are too large.
"""
