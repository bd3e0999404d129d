"""How any entry point changes something: one transaction, one commit, its key, and what a failure leaves behind.

Pages, API, worker and command line call these functions. No module here knows a request or a terminal.
"""
