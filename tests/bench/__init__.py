"""Measurements: `make bench`. Figures beside the figures asked; nothing here passes or fails."""
