"""How the sandbox refuses; `slug` is the error's code in its API.

GalleriaError
├── ApiKeyError             no key, or not ours
└── SandboxError
    ├── SandboxMissingError     no such object
    ├── BalanceError            the balance to take from is too small
    ├── AccountError            the account cannot take or send money yet
    └── RefusedError            anything else that cannot be done
"""

from federation.vocabulary.errors import GalleriaError


class ApiKeyError(GalleriaError):
    """No API key, or not the one of this sandbox."""

    slug = "api-key-refused"


class SandboxError(GalleriaError):
    """A business refusal: stored under its idempotency key and repeated, as real providers do."""

    slug = "refused"


class SandboxMissingError(SandboxError):
    """No object of this id."""

    slug = "not-found"


class BalanceError(SandboxError):
    """The balance to take from is too small."""

    slug = "insufficient-balance"


class AccountError(SandboxError):
    """The account cannot take or send money yet."""

    slug = "account-not-ready"


class RefusedError(SandboxError):
    """Anything else that cannot be done."""

    slug = "refused"
