"""How the stand-in refuses; `code` and `kind` are what Stripe's error object calls `code` and `type`.

GalleriaError
└── StandinError
    ├── RequestError        a parameter that is missing, unknown or not readable: never kept under the key
    └── RefusedError        a definite refusal of the deed: kept under the key and repeated
"""

from federation.vocabulary.errors import GalleriaError


class StandinError(GalleriaError):
    """A refusal in Stripe's words."""

    def __init__(self, detail: str, code: str = "", param: str = "", kind: str = "invalid_request_error") -> None:
        super().__init__(detail)
        self.code = code
        self.param = param
        self.kind = kind


class RequestError(StandinError):
    """The request cannot be read, or nothing answers at its address; nothing was begun."""


class RefusedError(StandinError):
    """The deed itself cannot be done."""
