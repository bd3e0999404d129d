"""Process instances: starting, changing, cancelling; their jobs and incidents; messages to them and between them."""
