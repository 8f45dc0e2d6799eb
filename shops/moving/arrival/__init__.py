"""A boutique on its way to this node: fetched from where it lived, taken in, announced; goes on wherever it stood."""
