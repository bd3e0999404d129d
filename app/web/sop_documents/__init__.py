"""Pages and files of the official SOP document."""
