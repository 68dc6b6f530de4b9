"""Settings for all tests."""

from hypothesis import settings

# The tests say themselves what must be fast; a busy machine does not make an example wrong.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")
