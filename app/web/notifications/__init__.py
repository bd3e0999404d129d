"""The page of notices behind the bell."""
