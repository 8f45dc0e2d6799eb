"""The federation's tables, by subject. Signed bytes live in `Bytea` as they were signed; migrations hold the checks."""
