"""Pages of the inbox and of a task."""
