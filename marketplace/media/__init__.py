"""Pictures at the hub: fetched once on first sight, made anew in three widths, served as our own; else a stand-in."""
