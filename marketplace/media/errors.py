"""Why a picture cannot be shown.

GalleriaError
└── PictureRefusedError      it will not change by asking again
    └── OtherPictureError    the bytes are a picture perhaps, but not the one that was announced
"""

from federation.vocabulary.errors import GalleriaError


class PictureRefusedError(GalleriaError):
    """The bytes are not a picture we show: another format, too large, or broken."""

    slug = "image-missing"


class OtherPictureError(PictureRefusedError):
    """The bytes have another hash than the boutique's record says."""
