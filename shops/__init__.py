"""A shop node: one or many boutiques with their catalogue, stock, orders to fulfil, portal and own site.

Every row belongs to one boutique and is reached only through store functions that take its `shop_id`.

As the hub does, it lets Python look for rubbish seldom: a start makes much and drops little.
"""

import gc

gc.set_threshold(50_000, 20, 50)
