"""Where a picture is found at the hub, and when one is tried again. Pure."""
