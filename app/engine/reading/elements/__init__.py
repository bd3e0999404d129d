"""What stands in a diagram: nodes, flows, lanes, events, and how they belong together."""
