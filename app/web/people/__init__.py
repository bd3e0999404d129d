"""Pages of accounts, users, units and holidays."""
