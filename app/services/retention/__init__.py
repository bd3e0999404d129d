"""What must not be kept: identity that a person wants erased, and cases whose time is over."""
