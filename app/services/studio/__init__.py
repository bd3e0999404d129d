"""The process owner's studio: drafts of processes, until they become versions."""
