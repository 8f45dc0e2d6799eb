"""The pure core of money: splits, refunds, life cycles and ledger postings; no await, clock, randomness or I/O."""
