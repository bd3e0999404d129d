"""What the API takes and answers. Times are ISO 8601 in UTC; dates inside variables are ISO."""
