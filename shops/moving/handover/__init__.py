"""Handing a boutique's archive to its new node over the wire: the old node's side."""
