"""Orders that hubs have placed with a boutique: checked, accepted, shipped, and followed to the last cent."""
