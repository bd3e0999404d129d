"""What is wrong or doubtful in a diagram that could be read."""
