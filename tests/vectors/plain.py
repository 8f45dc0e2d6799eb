"""Vectors of plain documents: JSON that is taken and refused, a signed note, a profile with its operations."""

from typing import Any

from federation.documents import json, notes, profile
from federation.documents.identity import OperationSight, SightsDocument
from tests.federation import protocol_example as example

TAKEN = ('{"a":1,"b":[true,null,"é"]}', ' { "a" : 1 } ', "9007199254740991", '{"a":-9007199254740991}')
REFUSED = (
    ('{"a":1,"a":2}', "a name twice in one object", "record-invalid"),
    ('{"a":1.0}', "a fraction", "record-invalid"),
    ('{"a":1e2}', "an exponent", "record-invalid"),
    ('{"a":-0}', "a minus zero", "record-invalid"),
    ("9007199254740992", "beyond 53 bits", "record-invalid"),
    ('{"é":1}', "a name outside ASCII", "record-invalid"),
    ('{"a":"\\ud800"}', "half a surrogate pair", "record-invalid"),
    ('{"a":"\\u0000"}', "U+0000", "record-invalid"),
    ('{"a":"e\u0301"}', "not in normal form C", "record-invalid"),
    ("\ufeff{}", "a byte order mark", "record-invalid"),
    ('{"a":NaN}', "no JSON at all", "record-invalid"),
    ("[" * 17 + "]" * 17, "seventeen deep", "too-large"),
)
NOTE_TEXT = "something worth signing\n"
NAME = "example.org/notes"


def made() -> dict[str, Any]:
    """What the file holds beside its heading."""
    line = notes.sign(NOTE_TEXT, NAME, example.SHOP_KEY)
    return {
        "json_taken": list(TAKEN),
        "json_refused": [{"document": text, "why": why, "slug": slug} for text, why, slug in REFUSED],
        "canonical": json.encode({"b": [1, True], "a": {"z": "é", "y": None}}).decode(),
        "party": {
            "profile": json.encode(profile.profile_of(example.SHOP, "Atelier", example.CREATED)).decode(),
            "operations": json.encode({"operations": [example.GENESIS.decode()]}).decode(),
            "told_back": told_back(),
        },
        "note": {
            "seed": example.SHOP_KEY.seed.hex(),
            "name": NAME,
            "text": NOTE_TEXT,
            "key_hash": line.key_hash.hex(),
            "note": notes.Note(NOTE_TEXT, (line,)).encode().decode(),
        },
    }


def told_back() -> str:
    """What a shop answers to a hub that told its genesis, which the shop has seen a minute before."""
    sight = OperationSight(hash=example.HUB.head, number=1, first_seen="2026-11-22T07:15:00Z", holds=True)
    return json.encode(SightsDocument(party_id=example.HUB.party_id, operations=(sight,))).decode()
