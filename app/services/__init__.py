"""What people and clocks can do here: one function, one thing. They take a session and never commit."""
