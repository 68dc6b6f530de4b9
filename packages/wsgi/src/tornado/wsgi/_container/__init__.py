"""WSGI applications of others in our server."""
