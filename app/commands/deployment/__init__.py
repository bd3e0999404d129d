"""Versions of a process: put in force by hand, by a folder, at their time."""
