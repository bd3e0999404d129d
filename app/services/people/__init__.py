"""Users, groups, units, passwords, sessions and tokens."""
