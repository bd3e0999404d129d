"""Who holds what, what is late or will be, and how it goes to others."""
