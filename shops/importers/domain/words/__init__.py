"""Words in which boutiques of five languages say what a piece is, its colour, its size and who wears it."""
