"""The federation's use cases, one file each: load, decide with the pure core, save, announce. No HTTP words."""
