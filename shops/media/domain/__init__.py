"""Pure knowledge of picture files."""
