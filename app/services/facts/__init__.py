"""What is counted of a case: worked out from its rows, and written in the transaction that changes it."""
