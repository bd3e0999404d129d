"""Public pages: the reporter looks up his report and answers."""
