"""What people write into a diagram: conditions, durations, mappings, properties."""
