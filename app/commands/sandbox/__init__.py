"""Runs of drafts, the sandboxes that play them, and the scenarios that are kept."""
