"""Channels: what goes out to other systems and reporters, and mail that comes in."""
