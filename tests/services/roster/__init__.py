"""Users and units by file."""
