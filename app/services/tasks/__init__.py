"""User tasks: lists, claiming, drafts, completion, reassignment."""
