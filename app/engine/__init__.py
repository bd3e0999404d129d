"""The BPMN engine, the only package that imports SpiffWorkflow and lxml. No database, no web."""
