"""Leaving with everything: a boutique's archive, taking it in at another node, and what follows from the move."""
