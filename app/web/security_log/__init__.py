"""The security log: what requests tell it, and its page."""
