"""Pages of an instance: list, case page, its history in words."""
