"""A boutique's cover: one of sixteen motifs, drawn as a small SVG from its three colours and its handle. Pure."""
