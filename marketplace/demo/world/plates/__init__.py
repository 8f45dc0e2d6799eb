"""Parametric vector plates: every garment, shoe, bag and jewel of the demo, drawn by one hand. Pure."""
