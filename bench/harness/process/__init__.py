"""Where a process runs, in which environment, and what it has used."""
