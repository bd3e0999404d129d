"""The file of a case on paper: all that it holds as PDF/A, and its attachments beside it in an archive."""
