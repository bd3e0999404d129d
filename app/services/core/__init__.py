"""What every room of the services uses: access, clock, paging, encryption, idempotency."""
