"""Shopify's product CSV, in both generations of its header."""
