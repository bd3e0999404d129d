"""Notices and mails: what is told to whom, and their delivery."""
