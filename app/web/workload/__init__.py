"""Beban kerja, pages: who holds what, and how it goes to others; who is away."""
