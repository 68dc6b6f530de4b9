"""The application: where it is, what it is, and how it is served."""
