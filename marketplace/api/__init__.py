"""The hub's JSON API, version 1."""
