"""What must not be kept."""
