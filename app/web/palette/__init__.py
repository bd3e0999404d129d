"""The palette: where one can go from anywhere, by words."""
