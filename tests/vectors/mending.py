"""Vectors of repair: varints, sets and fingerprints, whole sessions, the proof of several leaves, a snapshot."""

import hashlib
from collections.abc import Iterable
from typing import Any

import zstandard

from federation import batches
from federation.conversations.repair_messages import HashChunk, LeavesRequest, LineChunk, Manifest
from federation.documents import json, notes
from federation.log import tree
from federation.recon.items import Item, ItemSet
from federation.recon.proof import prove
from federation.recon.session import Asking, answer
from federation.recon.wire import spell_varint
from tests.federation import protocol_example as example
from tests.vectors import history

COUNT = 40
IDS = tuple(hashlib.sha256(b"\0" + f"leaf {place}".encode()).digest() for place in range(COUNT))
LOST = (5, 39)
NUMBERS = (0, 1, 127, 128, 300, 16_384, 2**32, 2**63)


def made() -> dict[str, Any]:
    """What the file holds beside its heading."""
    whole = list(enumerate(IDS))
    return {
        "varints": [{"number": number, "bytes": spell_varint(number).hex()} for number in NUMBERS],
        "ids": [value.hex() for value in IDS],
        "fingerprints": [
            {"from": low, "to": high, "fingerprint": ItemSet(whole).fingerprint(low, high).hex()}
            for low, high in ((0, 0), (0, 1), (0, COUNT), (10, 20))
        ],
        "sessions": [
            _session("equal sets", whole, whole),
            _session("the asker lost two", [item for item in whole if item[0] not in LOST], whole),
            _session("the asker has nothing", [], whole[:5]),
            _session("the answerer lost one", whole, whole[:-1]),
            _session("one item differs at one place", [*whole[:-1], (COUNT - 1, bytes(32))], whole),
        ],
        "proof_of_several": {
            "leaf_hashes": [value.hex() for value in IDS],
            "places": list(LOST),
            "proof": [step.hex() for step in prove(IDS, LOST)],
            "root": tree.root_of(IDS).hex(),
        },
        "leaves": _leaves(),
        "snapshot": _snapshot(),
    }


def _session(what: str, asker: Iterable[Item], answerer: Iterable[Item]) -> dict[str, Any]:
    ours, theirs = ItemSet(asker), ItemSet(answerer)
    asking = Asking(ours)
    messages: list[dict[str, str]] = []
    question: bytes | None = asking.opening()
    while question is not None:
        reply = answer(theirs, question)
        messages.append({"question": question.hex(), "answer": reply.hex()})
        question = asking.hear(reply)
    return {
        "what": what,
        "asker": _shown(ours),
        "answerer": _shown(theirs),
        "messages": messages,
        "only_asker": sorted(name.hex() for name in asking.have),
        "only_answerer": sorted(name.hex() for name in asking.need),
    }


def _shown(items: ItemSet) -> list[list[Any]]:
    return [[moment, name.hex()] for moment, name in (items[place] for place in range(len(items)))]


def _leaves() -> dict[str, Any]:
    hashes = history.hashes_of(history.LINES)
    asked = LeavesRequest(epoch=1, size=history.SIZES, hashes=(hashes[5].hex(),), places=(2,))
    proof = [step.hex() for step in prove(hashes, (2, 5))]
    lines = [json.encode(proof), history.LINES[2], history.LINES[5]]
    return {
        "request": json.encode(asked).decode(),
        "answer_inflated": b"".join(line + b"\n" for line in lines).decode(),
        "answer_hex": batches.pack(lines).hex(),
    }


def _snapshot() -> dict[str, Any]:
    hashes = history.hashes_of(history.LINES)
    packed = zstandard.ZstdCompressor(level=1).compress(b"".join(hashes))
    keyed = sorted(zip((f"look/{place + 1}" for place in range(history.SIZES)), history.LINES, strict=True))
    chunk = batches.pack([line for _, line in keyed])
    manifest = Manifest(
        type="snapshot",
        checkpoint=history.signed_at(history.LINES, history.SIZES).decode(),
        made_at=example.AT,
        keys=history.SIZES,
        fingerprint=ItemSet(enumerate(hashes)).whole().hex(),
        hashes=(HashChunk(sha256=_digest(packed), first=0, count=history.SIZES),),
        lines=(LineChunk(sha256=_digest(chunk), count=history.SIZES, first=keyed[0][0], last=keyed[-1][0]),),
    )
    text = json.encode(manifest).decode() + "\n"
    note = notes.Note(text, (notes.sign(text, example.SHOP.party_id, example.SHOP_KEY),)).encode()
    return {"manifest": note.decode(), "hash_chunk_hex": packed.hex(), "line_chunk_hex": chunk.hex()}


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
