"""The rules of keeping. Pure."""
