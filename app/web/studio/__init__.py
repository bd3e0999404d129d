"""Studio: where process owners draw, check and publish."""
