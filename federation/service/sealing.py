"""Keeping every party's sign key sealed under the secret of now, from a node's start on."""

import structlog

from federation.node.database import atomic
from federation.store import parties as store

_log = structlog.get_logger(__name__)


async def seal_keys(*_app: object) -> None:
    """Seal what does not lie sealed under the secret of now.

    Runs at a node's start, which fails with SealError when the node was given another secret than its keys have.
    """
    async with atomic():
        sealed = await store.reseal()
    if sealed:
        _log.warning("sign_keys_sealed", keys=sealed)
