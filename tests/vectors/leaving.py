"""Vectors of leaving: the manifest of an archive with the bytes of its smallest members, a move, a departure."""

import hashlib
from typing import Any

from federation.archive import form
from federation.archive.form import LogEnd, Manifest, Member
from federation.archive.wish import ExportAsked, ExportWish, claim_of, sign_wish
from federation.conversations.messages import LinkDecision
from federation.documents import identity, identity_steps, json, rivals
from federation.documents.identity import OperationsDocument, SeenOperation
from federation.log import tree
from tests.federation import protocol_example as example
from tests.vectors import history

MEMBERS = {
    form.PARTY: json.encode({"id": example.SHOP.party_id, "kind": "shop", "name": "Atelier", "created_at": example.AT})
    + b"\n",
    form.OPERATIONS: json.encode({"operation": example.GENESIS.decode(), "first_seen": example.CREATED}) + b"\n",
    "log/1/lines.jsonl": b"".join(line + b"\n" for line in history.LINES),
    "log/1/checkpoints.jsonl": json.encode(
        {"size": history.SIZES, "note": history.signed_at(history.LINES, history.SIZES).decode()}
    )
    + b"\n",
}

SECRET = "a secret that the new node made and keeps to itself"


def made() -> dict[str, Any]:
    """What the file holds beside its heading."""
    root = tree.root_of(history.hashes_of(history.LINES)).hex()
    manifest = Manifest(
        party=example.SHOP.party_id,
        kind="shop",
        name="Atelier",
        address=example.SHOP.address,
        made_at=example.AT,
        head=example.SHOP.head,
        logs=(LogEnd(epoch=1, size=history.SIZES, root=root),),
        vseq=42,
        is_final=True,
        media_count=0,
        media_bytes=0,
        members=tuple(_member(name, data) for name, data in MEMBERS.items()),
    )
    moved = OperationsDocument(operations=(example.GENESIS.decode(), example.MOVE.decode()))
    claim = claim_of(SECRET)
    address = example.SHOP.address
    wish = ExportWish(party=example.SHOP.party_id, address=address, at=example.AT, claim=claim, stop=True)
    asked = ExportAsked(claim=claim, to="https://new.example", stop=True, wish=sign_wish(wish, example.ROOT))
    decision = LinkDecision(state="ended", at=example.AT, forward="https://elsewhere.example/atelier")
    return {
        "manifest": form.sign_manifest(manifest, example.SHOP_KEY).decode(),
        "members": {name: data.decode() for name, data in MEMBERS.items()},
        "export_secret": SECRET,
        "export_asked": json.encode(asked).decode(),
        "departure": json.encode(moved).decode(),
        "departed": json.encode({"moved_to": identity.fold([example.GENESIS, example.MOVE]).address}).decode(),
        "link_ended": json.encode(decision).decode(),
        "retirement": _retired().decode(),
    }


def _member(name: str, data: bytes) -> Member:
    digest = hashlib.sha256(data).hexdigest()
    return Member(name=name, sha256=digest, size_bytes=len(data), lines=data.count(b"\n"))


def _retired() -> bytes:
    found = rivals.resolve((SeenOperation(example.GENESIS, example.CREATED),), example.CREATED)
    return identity.sign_operation(identity_steps.retirement(found.state, at=example.AT), example.ROOT)
