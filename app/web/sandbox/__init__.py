"""Sandbox: where process owners try a draft before it is published."""
