"""A Piccolo app of the tests' own: with an append-only table, and later migrations that fail."""
