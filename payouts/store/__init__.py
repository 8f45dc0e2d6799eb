"""Every query of the money package; domain values in and out, no decisions."""
