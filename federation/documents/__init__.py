"""Signed documents: bounded JSON, keys, signatures, identities and profiles. Pure: bytes, clocks and seeds come in as values."""
