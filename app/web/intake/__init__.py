"""The page of a start form, and the slip with number and code."""
