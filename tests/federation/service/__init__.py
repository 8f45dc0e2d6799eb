"""Tests of federation/service, over two running nodes."""
