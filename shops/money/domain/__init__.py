"""Pure: what the copies say, and how an order's money went."""
