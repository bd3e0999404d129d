"""The page "What you can draw" (docs/what-you-can-draw.md): made from the diagrams of tests/diagrams/shown.

Every picture, run, warning and refusal on it is what the software did just now: ``python -m tests.drawing_page``
writes it, and a test fails when it is no longer true.
"""
