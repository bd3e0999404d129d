"""What was submitted, against the form: reading, conditions, computed values, validation."""
