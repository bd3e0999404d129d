"""Cases that come in by a file: read, judged line by line, and started one after the other."""
