"""Rows and files of pictures."""
