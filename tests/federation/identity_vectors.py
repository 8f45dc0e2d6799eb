"""The vectors of identity, `docs/protocol/vectors/identity.json`: keys, operations, rivals, heads; made by the code.

`python -m tests.federation.identity_vectors` writes the file. Seeds are bytes repeated, times are fixed: whoever has
the seeds can make every byte again.
"""

import json
from pathlib import Path
from typing import Any

from federation.documents import heads, identity, identity_steps, rivals
from federation.documents.heads import OperationsHead
from federation.documents.identity import SeenOperation
from federation.documents.keys import FIELD_PRIME, SigningKey, encode_base64url
from federation.documents.times import seconds_of
from tests.federation.points import GROUP_ORDER, mixed_order, small_order_spellings

FILE = Path(__file__).parent.parent.parent / "docs" / "protocol" / "vectors" / "identity.json"
AT = "2026-11-22T07:16:00Z"
BORN = seconds_of(AT)
HOUR = 3600
WINDOW = 72 * HOUR

ROOTS = tuple(SigningKey.from_seed(bytes([number]) * 32) for number in (0x11, 0x12, 0x13))
SIGN, NEXT, THIRD = (SigningKey.from_seed(bytes([number]) * 32) for number in (0x21, 0x22, 0x23))
HUB_KEY = SigningKey.from_seed(bytes([0x31]) * 32)
HUB = identity.party_id_of(
    identity.genesis("hub", SigningKey.from_seed(bytes([0x30]) * 32), sign_keys=[HUB_KEY.public], at=AT)
)

GENESIS = identity.genesis(
    "shop",
    ROOTS[0],
    sign_keys=[SIGN.public],
    at=AT,
    name="Atelier",
    address="https://atelier.example",
    further_roots=[key.public for key in ROOTS[1:]],
)
BEGUN = identity.fold([GENESIS])


def _rotation(chain: list[bytes], key: SigningKey, at: str, old_until: str) -> bytes:
    operation = identity_steps.rotation(identity.fold(chain), key.public, at=at, old_until=old_until)
    return identity.sign_operation(operation, ROOTS[0])


def _moved(root: int, address: str) -> bytes:
    return identity.sign_operation(identity_steps.move(BEGUN, address, at=AT), ROOTS[root])


def chain() -> list[bytes]:
    """A straight chain with every type but `fork_resolve`."""
    operations = [GENESIS]
    operations.append(_rotation(operations, NEXT, "2026-11-23T07:16:00Z", "2026-11-30T07:16:00Z"))
    operations.append(_rotation(operations, THIRD, "2026-12-24T07:16:00Z", "2026-12-20T00:00:00Z"))
    move = identity_steps.move(identity.fold(operations), "https://shop.atelier.example", at="2027-01-02T07:16:00Z")
    operations.append(identity.sign_operation(move, ROOTS[1]))
    retirement = identity_steps.retirement(identity.fold(operations), at="2027-06-01T07:16:00Z")
    operations.append(identity.sign_operation(retirement, ROOTS[0]))
    return operations


MOVES = {name: _moved(root, f"https://{name}.example") for root, name in enumerate(("first", "second", "third"))}
MOVES["second-again"] = _moved(1, "https://second-again.example")
CASES: list[tuple[str, list[tuple[str, int]], int]] = [
    ("the higher root in time", [("second", 0), ("first", WINDOW)], WINDOW),
    ("the higher root a second too late", [("second", 0), ("first", WINDOW + 1)], WINDOW + 1),
    ("the higher root first", [("first", 0), ("second", 10)], 10),
    ("one root twice: contested", [("second", 0), ("second-again", 10)], 10),
    ("one root twice, the window over", [("second", 0), ("second-again", 10)], WINDOW + 1),
    ("the middle root overrules the lowest, and may be overruled", [("third", 0), ("second", 10)], 10),
    ("each operation has its own window", [("third", 0), ("second", WINDOW), ("first", 2 * WINDOW)], 2 * WINDOW),
]


def vectors() -> dict[str, Any]:
    """Everything the file holds."""
    return {
        "what": "Keys taken and refused, a chain of operations, rivals and which of them hold, countersigned heads.",
        "check": "Fold the chain and compare each state; feed each case in its order and ask who holds at its time.",
        "keys": {
            "accepted": [
                {"seed": key.seed.hex(), "public": encode_base64url(key.public.raw), "keyid": key.public.keyid}
                for key in (*ROOTS, SIGN, NEXT, THIRD, HUB_KEY)
            ],
            "refused": _refused_keys(),
            "refused_signatures": _refused_signatures(),
        },
        "chain": _chain(),
        "rivals": {
            "genesis": GENESIS.decode(),
            "operations": {name: data.decode() for name, data in MOVES.items()},
            "cases": [_case(*case) for case in CASES],
        },
        "heads": _heads(),
    }


def _refused_keys() -> list[dict[str, str]]:
    found = [{"raw": raw.hex(), "why": "small order"} for raw in small_order_spellings()]
    found += [
        {"raw": (FIELD_PRIME + excess | sign << 255).to_bytes(32, "little").hex(), "why": "not canonical"}
        for excess in range(19)
        for sign in (0, 1)
    ]
    found.append({"raw": mixed_order(bytes(32)).hex(), "why": "mixed order"})
    found.append({"raw": (2).to_bytes(32, "little").hex(), "why": "not on the curve"})
    found.append({"raw": bytes(31).hex(), "why": "31 bytes"})
    return found


def _refused_signatures() -> list[dict[str, str]]:
    message = b"message"
    good = SIGN.sign(message)
    larger = int.from_bytes(good[32:], "little") + GROUP_ORDER
    wrong = {
        "S plus the group order": good[:32] + larger.to_bytes(32, "little"),
        "R of small order": small_order_spellings()[0] + good[32:],
        "one bit of R": bytes([good[0] ^ 1]) + good[1:],
        "63 bytes": good[:63],
    }
    public = encode_base64url(SIGN.public.raw)
    return [
        {"public": public, "message": message.hex(), "signature": signature.hex(), "why": why}
        for why, signature in wrong.items()
    ]


def _chain() -> list[dict[str, Any]]:
    operations = chain()
    rows = []
    for number, (data, state) in enumerate(zip(operations, identity.states(operations), strict=True), start=1):
        rows.append(
            {
                "number": number,
                "operation": data.decode(),
                "hash": state.head,
                "party_id": state.party_id,
                "address": state.address,
                "root_keys": [encode_base64url(key.raw) for key in state.root_keys],
                "sign_keys": {keyid: entry.not_after for keyid, entry in state.sign_keys.items()},
                "retired": state.retired,
            }
        )
    return rows


def _case(what: str, seen: list[tuple[str, int]], now: int) -> dict[str, Any]:
    kept = [SeenOperation(GENESIS, BORN), *(SeenOperation(MOVES[name], BORN + at) for name, at in seen)]
    found = rivals.resolve(kept, BORN + now)
    holds = next(name for name, data in MOVES.items() if data == found.steps[1].signed.data)
    return {
        "what": what,
        "seen": [{"operation": name, "seconds": at} for name, at in seen],
        "now": now,
        "holds": holds,
        "contested": found.contested,
    }


def _heads() -> list[dict[str, Any]]:
    rows = []
    for number, state in enumerate(identity.states(chain()[:2]), start=1):
        head = OperationsHead(state.party_id, number, state.head)
        first_seen = BORN + number
        note = heads.countersign(head, HUB, HUB_KEY, first_seen)
        rows.append({"hub": HUB, "hub_seed": HUB_KEY.seed.hex(), "first_seen": first_seen, "note": note.decode()})
    return rows


def text() -> str:
    """The vectors as the file holds them."""
    return json.dumps(vectors(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text(), encoding="utf-8")
