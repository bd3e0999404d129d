"""Pages about what is kept, and what was destroyed."""
