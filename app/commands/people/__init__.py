"""People: accounts, ways in, units and groups, and files of them."""
