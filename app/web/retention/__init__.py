"""Pemusnahan: what is kept for too long, how it is destroyed, and the record of it."""
