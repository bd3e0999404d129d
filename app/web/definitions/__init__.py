"""Pages of process definitions and of incidents."""
