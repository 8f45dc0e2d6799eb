"""Taking a boutique out of a node and in at another."""
