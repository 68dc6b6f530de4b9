"""OAuth 1.0 and 1.0a: the signature, the requests, and the mixin of handlers."""
