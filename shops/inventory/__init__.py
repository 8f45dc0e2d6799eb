"""Stock: levels per variant and location, the registers told to hubs, and holds on them."""
