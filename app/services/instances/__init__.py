"""Process instances: starting, changing, cancelling; their jobs, messages and incidents."""
