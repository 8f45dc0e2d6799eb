"""The schema of a shop node, step by step."""
