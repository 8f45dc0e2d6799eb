"""What the federation asks of its own database, one Protocol per subject; adapters are modules of functions."""
