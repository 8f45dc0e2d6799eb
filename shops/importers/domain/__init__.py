"""Pure reading of import files."""
