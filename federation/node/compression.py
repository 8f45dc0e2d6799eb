"""Which answers are sent compressed: pages and texts; what is signed, or small already, goes as it is."""

from litestar.config.compression import CompressionConfig

COMPRESSION = CompressionConfig(
    backend="brotli",
    brotli_quality=4,
    minimum_size=1_000,
    exclude=["^/fed/", "^/hooks/", r"^/\.well-known/", "^/static/", "^/media/[0-9a-f]{64}$", r"\.webp$"],
)
"""Signed answers go as their digest has them; our own static files are packed once, when they are read."""
