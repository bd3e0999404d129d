"""The reporter's view of a case: number, secret code, status, supplementary data."""
