"""Our applications under the WSGI servers of others."""
