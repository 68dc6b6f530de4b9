"""Mixins for single providers."""
