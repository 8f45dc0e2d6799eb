"""Boutiques that have left this hub: what is shown in their place, and what is kept of them for how long."""
