"""What a boutique has to do with each of its hubs."""
