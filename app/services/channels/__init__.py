"""What goes to other systems and to reporters, and what comes in by mail: an adapter for each channel."""
