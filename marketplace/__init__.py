"""The hub: listings, search, basket, checkout, orders, storefront and console; the `galleria` command; the demo.

A start makes much and drops little: looking through it for rubbish as often as Python does took a tenth of a start.
"""

import gc

gc.set_threshold(50_000, 20, 50)
