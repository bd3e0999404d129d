"""Fast forward: what would become of many cases under a draft in the days to come."""
