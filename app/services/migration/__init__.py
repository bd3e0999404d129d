"""Cases that move to another version of their process: what it would do, doing it, and taking it back."""
