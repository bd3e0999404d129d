"""Bukti: how the record is proved, checkpoints on demand, and evidence to download."""
