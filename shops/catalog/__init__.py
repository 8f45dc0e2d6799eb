"""What a boutique offers: products with variants and prices, and their publication in its signed log."""
