"""Sealing what the bound database holds of secrets, with the seal (`seals`) that came with its settings."""

from federation.node.seals import SEED_BYTES, Seal, SealError
from federation.node.settings import NodeSettings
from federation.node.transactions import current


def seal_of(settings: NodeSettings) -> Seal:
    """The seal of a node's secret settings."""
    return Seal(settings.secret_key, settings.secret_key_before)


def seal(owner: str, seed: bytes) -> bytes:
    """Seal a seed for the database bound in this context."""
    return _current().seal(owner, seed)


def unseal(owner: str, stored: bytes) -> bytes:
    """Open what the bound database holds; a seed of before sealing comes back as it is. Raises SealError."""
    return stored if len(stored) == SEED_BYTES else _current().unseal(owner, stored)


def is_sealed_now(stored: bytes) -> bool:
    """Whether it lies sealed, and under the secret of now."""
    return _current().is_of_now(stored)


def _current() -> Seal:
    found = current().seal
    if found is None:
        raise SealError("no secret was given to this process: set GALLERIA_SECRET_KEY")
    return found
