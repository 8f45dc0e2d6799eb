"""The boutique's own site: its look, its story, its pieces, with the way to buy them at a hub."""
