"""Pages of an instance: the list, and the page with its picture, history and actions."""
