"""Running a diagram: specs for SpiffWorkflow, state, and one `Step` for each command."""
