"""Checking and storing a bundle of diagram, forms and tables as a new version; what would become of strangers'."""
