"""Token replay of recorded ways."""
