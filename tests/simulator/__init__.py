"""Many nodes in one process, in a time and with a chance of their own: one number repeats a run exactly."""
