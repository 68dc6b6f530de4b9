"""What a fetch gives.

``_response`` is the response; ``_charset`` finds out how its body is decoded to text. ``_decoding``
takes content codings off a body while it arrives, ``_body_limits`` has the errors for bodies that
are too large. ``_stream`` is a response that is read while it arrives.
"""
