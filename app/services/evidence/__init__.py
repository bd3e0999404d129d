"""What proves the record to somebody who trusts nobody here: chains, signed checkpoints, bundles. See decision 72."""
