"""Tests of federation/http, over two running nodes."""
