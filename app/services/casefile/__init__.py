"""Reading an instance: its page, lists, notes and who is responsible."""
