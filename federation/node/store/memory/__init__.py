"""The node kit's rows in memory."""
