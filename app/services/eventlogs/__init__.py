"""Event logs for process mining: XES (IEEE 1849) and OCEL 2.0, written as they are read."""
