"""One class for each kind of database."""
