"""How a process performs in truth: where work waits, which ways cases take, and what of it the diagram allows."""
