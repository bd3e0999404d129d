"""Tasks: one at a time, and several together."""
