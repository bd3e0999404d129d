"""Messages between instances: to whom they go and what becomes of those that nobody takes."""
