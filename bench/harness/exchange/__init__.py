"""Where the bytes go, which are sent, and what has to come back."""
