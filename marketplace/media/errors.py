"""Why a picture cannot be shown. GalleriaError > PictureRefusedError: it will not change by asking again."""

from federation.vocabulary.errors import GalleriaError


class PictureRefusedError(GalleriaError):
    """The bytes are not a picture we show: another hash, another format, too large, or broken."""

    slug = "image-missing"
