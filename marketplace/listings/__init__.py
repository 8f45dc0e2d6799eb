"""What the hub shows: boutiques, products and stock gathered from signed records, and the search index over them."""
