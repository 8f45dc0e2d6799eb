"""What shoppers see: search, pieces, boutiques, basket, checkout and orders. Decisions are the services'."""
