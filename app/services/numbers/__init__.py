"""The office's numbers: totals by month and dimension, and a recount of them."""
