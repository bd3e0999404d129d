"""Pages that make a draft of an SOP's table."""
