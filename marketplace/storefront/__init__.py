"""What shoppers see: search, pieces, boutiques, basket, checkout and orders. Pages only; decisions are the services'."""
