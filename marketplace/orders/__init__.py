"""What shoppers buy here: baskets, checkouts across boutiques, orders, refunds and the words with each shop."""
