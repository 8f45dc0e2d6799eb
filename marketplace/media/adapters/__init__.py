"""Ways to work on pictures."""
