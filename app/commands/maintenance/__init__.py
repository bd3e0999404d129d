"""The installation: backups, what is kept how long, and work that is no request."""
