"""Angka: the numbers of a process, the monthly report, and what of them is public."""
