"""Users and units as files: read, compared with what is stored, and made so line by line."""
