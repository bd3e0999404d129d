"""From the text of a BPMN file to a `Diagram` or findings."""
