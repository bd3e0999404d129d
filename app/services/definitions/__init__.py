"""Process definitions in force: reading them, who may start them, where they are staffed."""
