"""The files of vectors: what each is called, what it says of itself, and who makes it."""

import json
from collections.abc import Callable
from typing import Any

from tests.vectors import goods, history, leaving, letterbox, mending, plain, signed, trade, wares

MAKERS: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "documents": (
        "JSON that a reader takes and refuses, canonical bytes, a signed note. Read each text as the bytes of UTF-8.",
        plain.made,
    ),
    "signatures": (
        "Signed requests and answers. Build the base from the request, sign it with the key of the seed, compare both.",
        signed.made,
    ),
    "log": (
        "Seven leaves with roots and proofs, checkpoints, a batch (any zstd frame of its text is good), fork proofs.",
        history.made,
    ),
    "records": ("A boutique and a product as they are published, and records that are quarantined.", wares.made),
    "stock": ("Register lines and ids, digests of tables, a message and its receipt, labels of freshness.", goods.made),
    "orders": ("A hold and its answers, an order, events of both sides, a receipt and its bytes.", trade.made),
    "repair": (
        "Varints, Negentropy sessions (answers must be these bytes, questions may differ), leaves proven, a snapshot.",
        mending.made,
    ),
    "mailbox": (
        "A shop that nobody can connect to: the proposal with its papers, the page with a hold, the answer it brings.",
        letterbox.made,
    ),
    "archive": ("An archive's signed manifest and its members, a departure, a link's end, a retirement.", leaving.made),
}


def texts() -> dict[str, str]:
    """Every file by name, as it stands on disk."""
    return {f"{name}.json": _text(what, maker()) for name, (what, maker) in MAKERS.items()}


def _text(what: str, made: dict[str, Any]) -> str:
    heading = {"what": what, "signed_at": "2026-11-22T07:16:00Z", "made_by": f"{__package__}"}
    return json.dumps({**heading, **made}, indent=1, ensure_ascii=False) + "\n"
