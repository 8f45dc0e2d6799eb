"""Tests of the console's page values."""
