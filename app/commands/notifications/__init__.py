"""Letters, and digests of them."""
