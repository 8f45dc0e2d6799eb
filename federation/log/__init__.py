"""The catalogue log: lines, Merkle tree, checkpoints, and the rules by which a reader takes a batch in. Pure."""
