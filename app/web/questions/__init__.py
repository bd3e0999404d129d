"""Tanya, pages: questions about cases and events, the ledger of identities, samples with findings."""
