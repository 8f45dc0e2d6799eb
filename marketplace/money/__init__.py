"""What the hub adds to its money beside orders: letters to its operators when something is wrong, a health address."""
