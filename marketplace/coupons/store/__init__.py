"""Every query on coupons and their uses."""
