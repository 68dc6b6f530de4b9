"""OpenID 2.0: the messages, discovery, attribute exchange, and the mixin of handlers."""
