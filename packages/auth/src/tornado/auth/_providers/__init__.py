"""Providers that have a mixin of their own, or settings."""
