"""Vouchers as the boutique keeps them, as pure values."""
