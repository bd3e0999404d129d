"""Reports taken in: the form, photos from a telephone, similar ones, the slip."""
