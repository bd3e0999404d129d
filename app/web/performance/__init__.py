"""Kinerja: how a version of a process performs."""
