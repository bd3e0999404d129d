"""Pages on which open cases are moved to another version, and stopped ones put elsewhere."""
