"""DMN: a file read into decisions, and decisions made. `app.engine.decisions` is the door to it."""
