"""Pictures that boutiques use, kept and served under their SHA-256."""
