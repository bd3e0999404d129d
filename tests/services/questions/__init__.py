"""Questions over cases and events."""
