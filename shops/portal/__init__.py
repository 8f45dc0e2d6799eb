"""The portal: where a boutique's staff keep their catalogue, stock, orders and profile."""
