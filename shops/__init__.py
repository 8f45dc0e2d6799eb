"""A shop node: one or many boutiques with their catalogue, stock, orders to fulfil, portal and own site.

Every row belongs to one boutique and is reached only through store functions that take its `shop_id`.
"""
