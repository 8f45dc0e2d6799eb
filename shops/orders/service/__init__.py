"""Use cases of a boutique's orders: what hubs send, and what the boutique does."""
