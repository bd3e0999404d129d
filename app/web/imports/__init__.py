"""Importing cases from a file."""
