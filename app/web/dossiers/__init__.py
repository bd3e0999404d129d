"""The file of a case as a download."""
