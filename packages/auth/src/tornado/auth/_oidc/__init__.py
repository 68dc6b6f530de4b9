"""OpenID Connect: documents of providers, their tokens, signing in and out."""
