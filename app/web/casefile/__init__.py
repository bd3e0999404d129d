"""casefile: say here in one line what this room holds."""
