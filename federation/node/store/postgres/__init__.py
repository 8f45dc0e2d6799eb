"""The node kit's rows in PostgreSQL."""
