"""A form and its values as what a page shows."""
