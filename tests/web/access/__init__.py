"""Who may do what: every endpoint, with every kind of object, as everybody."""
