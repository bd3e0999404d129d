"""All work that is no request."""
