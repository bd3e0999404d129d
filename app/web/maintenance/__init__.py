"""The installation: how it is, its public pages, and work that is no request."""
