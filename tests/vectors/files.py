"""The files of vectors: what each is called, what it says of itself, and who makes it."""

import json
from collections.abc import Callable
from typing import Any

import msgspec

from tests.vectors import goods, history, leaving, letterbox, mending, plain, signed, trade, wares


class File(msgspec.Struct, frozen=True):
    """A file of vectors: what is in it, how to check an implementation by it, who makes it."""

    what: str
    check: str
    made: Callable[[], dict[str, Any]]


FILES: dict[str, File] = {
    "documents": File(
        "JSON that a reader takes and refuses, canonical bytes, a party's profile and operations, a signed note.",
        "Read each text as the bytes of UTF-8. The note is signed by the key of the seed; its key hash is said.",
        plain.made,
    ),
    "signatures": File(
        "Signed requests and answers.",
        "Build the base from the request (or from the answer and its request), sign it with the key, compare both.",
        signed.made,
    ),
    "log": File(
        "Seven leaves with all roots and proofs, checkpoints, a batch, an epoch's first line, a record, three forks.",
        "Hash the lines, verify every proof. Any zstd frame that inflates to the batch's text is as good as this one.",
        history.made,
    ),
    "records": File(
        "A boutique and a product as they are published, and records that are quarantined.",
        "The first two are shown; each of the others is taken as history and named with these pointers and codes.",
        wares.made,
    ),
    "stock": File(
        "Register lines and ids, digests of tables, a message and its receipt, labels of freshness.",
        "Hash the lines, add up the ids; a table names its registers by their places in the list.",
        goods.made,
    ),
    "orders": File(
        "A hold and its answers, an order, events of both sides, a receipt.",
        "Read each by its schema; hash the receipt's event, verify its note under the name <receiver>/receipts.",
        trade.made,
    ),
    "repair": File(
        "Varints, fingerprints, whole Negentropy sessions, leaves proven together, a snapshot with its chunks.",
        "With the answerer's items every answer must be these bytes; questions may be cut otherwise.",
        mending.made,
    ),
    "mailbox": File(
        "A shop that nobody can connect to: its proposal with papers, a page with a hold, the answer that it brings.",
        "Verify the request inside the page for the authority outbox.invalid, and the answer as one to that request.",
        letterbox.made,
    ),
    "archive": File(
        "An archive's signed manifest and its smallest members, a departure, a link's end, a retirement.",
        "Hash the members; verify the manifest under the party id, the operations by the genesis's root key.",
        leaving.made,
    ),
}


def texts() -> dict[str, str]:
    """Every file by name, as it stands on disk."""
    return {f"{name}.json": _text(file) for name, file in FILES.items()}


def _text(file: File) -> str:
    heading = {"what": file.what, "check": file.check}
    return json.dumps({**heading, **file.made()}, indent=1, ensure_ascii=False) + "\n"
