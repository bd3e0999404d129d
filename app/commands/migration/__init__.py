"""Cases that move to another version, deadlines counted anew, and what would become of either."""
