"""What would become of a folder of diagrams by other people."""
