"""Schema changes of the hub, in order."""
