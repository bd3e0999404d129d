"""Sandbox: a draft is tried out in a database in memory, and a run of it kept as a scenario."""
