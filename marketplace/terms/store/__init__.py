"""Every query on the hub's terms."""
