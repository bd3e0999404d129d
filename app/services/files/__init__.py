"""Attachments: what may be sent, where it is stored, who may fetch it."""
