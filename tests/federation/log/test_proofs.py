"""Proofs that a record was published: what a stranger can check alone, and what each forgery fails at."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.documents import json
from federation.documents.identity import SignKey
from federation.documents.keys import encode_base64url
from federation.documents.times import text_of
from federation.log import proofs
from federation.log.proofs import RecordProof, Witness
from tests.federation.log.histories import HUB, NOON, Signer, cosigned, proof_of, signed, story

LOG = story(*range(11))
GOOD = proof_of(LOG, 4)
STRANGER = Signer("shop", 60)


def failed(proof: RecordProof) -> list[str]:
    """The names of the steps that a document fails."""
    return [step.name for step in proofs.judge(proof).steps if step.reason]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_line_of_every_log_can_be_proven(data: st.DataObject) -> None:
    """Read back from its bytes, the proof of any line of a log of any length holds and names its parts."""
    log = story(*range(data.draw(st.integers(1, 80))))
    seq = data.draw(st.integers(0, len(log) - 1))
    judged = proofs.judge(proofs.decode(json.encode(proof_of(log, seq))))
    assert judged.holds
    assert judged.leaf == log[seq]
    assert judged.signed is not None
    assert judged.signed.checkpoint.size == len(log)
    assert [item.timestamp for item in judged.cosignatures] == [NOON]


def change(**fields: Any) -> RecordProof:
    """The good proof with other fields."""
    return msgspec.structs.replace(GOOD, **fields)


FORGED = {
    "another shop's name": (change(shop=STRANGER.id), ["shop", "checkpoint", "inclusion"]),
    "another shop's operations": (change(operations=STRANGER.texts), ["shop", "checkpoint", "inclusion"]),
    "a line with another price": (change(line=GOOD.line.replace('"a":4', '"a":3')), ["leaf", "inclusion"]),
    "another line": (change(line=LOG[5].line.decode(), leaf=LOG[5].hash, seq=5, key=LOG[5].key), ["inclusion"]),
    "another number": (change(seq=5), ["leaf", "inclusion"]),
    "another key": (change(key="look/5"), ["leaf", "inclusion"]),
    "another hash": (change(leaf="0" * 64), ["leaf", "inclusion"]),
    "a hash left out": (change(inclusion=GOOD.inclusion[1:]), ["inclusion"]),
    "a hash too many": (change(inclusion=(*GOOD.inclusion, "0" * 64)), ["inclusion"]),
    "hashes in another order": (change(inclusion=GOOD.inclusion[::-1]), ["inclusion"]),
    "a checkpoint of another log": (change(checkpoint=cosigned(signed(LOG[:7])).decode()), ["inclusion"]),
    "another epoch": (change(epoch=2), ["checkpoint", "inclusion"]),
    "a stranger's signature": (
        change(checkpoint=cosigned(signed(LOG, key=STRANGER.key)).decode()),
        ["checkpoint", "inclusion"],
    ),
    "no countersignature": (change(checkpoint=signed(LOG).decode()), ["hub"]),
    "a hub that never signed": (
        change(witnesses=(Witness(party=STRANGER.id, operations=STRANGER.texts),)),
        ["hub"],
    ),
    "a hub under another's name": (change(witnesses=(Witness(party=STRANGER.id, operations=HUB.texts),)), ["hub"]),
    "a checkpoint that is none": (change(checkpoint="nonsense"), ["hub", "checkpoint", "inclusion"]),
    "a line that is none": (change(line="nonsense"), ["leaf", "inclusion"]),
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forgery_fails_at_what_it_changed(how: str) -> None:
    """Each forged document fails, with a reason, at the steps that depend on the forged part and at no other."""
    proof, steps = FORGED[how]
    assert failed(proof) == steps


@pytest.mark.parametrize(("end", "fails"), [(NOON + 60, []), (NOON - 60, ["checkpoint", "inclusion"])])
def test_a_key_counts_up_to_its_end_by_the_hubs_time(end: int, fails: list[str]) -> None:
    """What a shop signed before it ended a key stays proven, when a hub countersigned it before that end."""
    shop = Signer("shop", 1)
    entry = SignKey(x=encode_base64url(shop.key.public.raw), not_after=text_of(datetime.fromtimestamp(end, UTC)))
    shop.add(type="rotate", root_keys=(encode_base64url(shop.root.public.raw),), sign_keys=(entry,))
    assert failed(change(operations=shop.texts)) == fails
