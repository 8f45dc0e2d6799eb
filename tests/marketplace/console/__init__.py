"""Tests of the operator's console, through its pages."""
