"""Signed documents: bounded JSON, keys, signatures, identities, profiles. Pure: clocks and seeds come in as values."""
