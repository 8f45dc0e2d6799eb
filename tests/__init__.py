"""Thousands of tests lie in memory at once and stay: looking through them for rubbish took a fifth of the time."""

import gc

gc.set_threshold(100_000, 50, 100)
