"""Judging any node of FED/1 from outside, test by test, with reasons. Knows of a node only what it answers."""
