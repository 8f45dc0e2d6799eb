"""Pure rules of a boutique's catalogue."""
