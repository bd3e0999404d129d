"""The office's numbers: what is counted of a case, in the transaction that changes it; totals, pages, reports."""
