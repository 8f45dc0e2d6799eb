"""Papers about money that the hub issues to boutiques: what payouts needs of the hub for them, and checking them."""
