"""Coupons as pure values."""
