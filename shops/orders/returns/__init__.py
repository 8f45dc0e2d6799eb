"""The rows of a boutique's returns."""
