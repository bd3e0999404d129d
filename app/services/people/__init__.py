"""Users, groups, units, passwords, sessions and tokens; users and units as files."""
