"""Range-based set reconciliation (Negentropy V1) and proofs of scattered leaves: pure, no I/O, no clock."""
