"""Strangers' input, by the thousand: files, texts, forms, bodies. docs/security-tests.md says what is tried where."""
