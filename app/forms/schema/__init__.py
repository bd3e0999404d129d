"""From the JSON of a form-js schema to a `Form` or findings."""
