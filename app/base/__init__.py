"""The ground floor: what every room may stand on, and what stands on nothing of ours."""
