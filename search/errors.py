"""What can go wrong in search.

GalleriaError
├── SearchInvalidError       the request itself is out of bounds
└── SearchUnavailableError   the engine cannot answer now; the rest of the site goes on
"""

from federation.vocabulary.errors import GalleriaError


class SearchInvalidError(GalleriaError):
    """A search request beyond its bounds."""

    slug = "search-invalid"


class SearchUnavailableError(GalleriaError):
    """The index is missing, broken or being rebuilt."""

    slug = "search-unavailable"
    retry = "after"
