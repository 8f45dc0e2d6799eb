"""The ways to boutiques: over the federation, or kept in memory."""
