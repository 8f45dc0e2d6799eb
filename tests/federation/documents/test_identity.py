"""Identity: the id is the hash of the first operation, and only root keys move what follows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation import limits
from federation.documents import identity
from federation.documents.errors import OperationRefusedError
from federation.documents.identity import Operation, SignKey
from federation.documents.keys import SigningKey, encode_base64url
from federation.documents.times import seconds_of
from federation.vocabulary.errors import GalleriaError, TooLargeError
from federation.vocabulary.ids import is_party_id

ROOT = SigningKey.from_seed(b"1" * 32)
SECOND = SigningKey.from_seed(b"2" * 32)
SIGN = SigningKey.from_seed(b"s" * 32)
NEXT = SigningKey.from_seed(b"n" * 32)
AT = "2026-11-22T07:16:00Z"

GENESIS = identity.genesis(
    "shop",
    ROOT,
    sign_keys=[SIGN.public],
    at=AT,
    name="Atelier",
    address="https://shop.example",
    further_roots=[SECOND.public],
)


def public(key: SigningKey) -> str:
    return encode_base64url(key.public.raw)


def after(operations: list[bytes], root: SigningKey = ROOT, **fields: Any) -> bytes:
    """An operation that follows `operations`, signed by `root`."""
    return identity.sign_operation(Operation(at=AT, previous=identity.fold(operations).head, **fields), root)


def moved(operations: list[bytes], address: str, root: SigningKey = ROOT) -> bytes:
    return after(operations, root, type="move", address=address)


def test_a_genesis_gives_the_party_its_id() -> None:
    """The id is that of the genesis alone, tells shop from hub, and comes with keys and address."""
    state = identity.fold([GENESIS])
    assert state.party_id == identity.party_id_of(GENESIS)
    assert is_party_id(state.party_id)
    assert state.party_id.startswith("s1")
    assert state.root_keys == (ROOT.public, SECOND.public)
    assert state.sign_key(SIGN.public.keyid, 0) == SIGN.public
    assert state.sign_key(NEXT.public.keyid, 0) is None
    hub = identity.genesis("hub", ROOT, sign_keys=[SIGN.public], at=AT)
    assert identity.party_id_of(hub).startswith("h1")


def test_moving_and_rotating_keep_the_id() -> None:
    """A new domain and new keys are the same party."""
    chain = [GENESIS, moved([GENESIS], "https://new.example")]
    fields: dict[str, Any] = {"root_keys": (public(NEXT),), "sign_keys": (SignKey(x=public(NEXT)),)}
    chain.append(after(chain, type="rotate", **fields))
    state = identity.fold(chain)
    assert state.party_id == identity.party_id_of(GENESIS)
    assert state.address == "https://new.example"
    assert list(state.sign_keys) == [NEXT.public.keyid]
    with pytest.raises(OperationRefusedError, match="root key"):
        identity.fold([*chain, after(chain, ROOT, type="retire")])


def test_a_sign_key_ends_with_its_not_after() -> None:
    """A rotation may end a key at once or by a date; past it, it signs nothing."""
    entry = SignKey(x=public(SIGN), not_after=AT)
    state = identity.fold([GENESIS, after([GENESIS], type="rotate", root_keys=(public(ROOT),), sign_keys=(entry,))])
    assert state.sign_key(SIGN.public.keyid, seconds_of(AT)) == SIGN.public
    assert state.sign_key(SIGN.public.keyid, seconds_of(AT) + 1) is None


def test_nothing_follows_a_retirement() -> None:
    """A retired party stays retired."""
    chain = [GENESIS, after([GENESIS], type="retire")]
    assert identity.fold(chain).retired
    with pytest.raises(OperationRefusedError, match="retired"):
        identity.fold([*chain, moved(chain, "https://new.example")])


def test_a_fork_is_resolved_into_the_next_epoch() -> None:
    """Only the next epoch, with the last checkpoint named, follows a fork or a restore."""
    good = after([GENESIS], type="fork_resolve", epoch=2, checkpoint="note")
    assert identity.fold([GENESIS, good]).epoch == 2
    for fields in ({"epoch": 3, "checkpoint": "note"}, {"epoch": 2}, {"checkpoint": "note"}):
        with pytest.raises(OperationRefusedError):
            identity.fold([GENESIS, after([GENESIS], type="fork_resolve", **fields)])


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "move"},
        {"type": "genesis", "kind": "shop", "root_keys": (public(ROOT),)},
        {"type": "rotate"},
        {"type": "rotate", "root_keys": (public(ROOT), public(ROOT))},
        {"type": "rotate", "root_keys": (public(ROOT),), "sign_keys": (SignKey(x=public(SIGN)),) * 2},
        {"type": "rotate", "root_keys": ("A" * 43,)},
    ],
)
def test_an_operation_that_lacks_its_part_is_refused(fields: dict[str, Any]) -> None:
    """Each type says all that it must, with keys of the one rule set."""
    with pytest.raises(GalleriaError):
        identity.fold([GENESIS, after([GENESIS], **fields)])


def test_a_chain_has_one_order() -> None:
    """Left out, doubled, swapped or foreign operations break the chain."""
    one = moved([GENESIS], "https://one.example")
    two = moved([GENESIS, one], "https://two.example")
    foreign = identity.genesis("shop", SECOND, sign_keys=[], at=AT)
    for chain in ([], [one], [GENESIS, two], [GENESIS, one, one], [GENESIS, two, one], [foreign, one, two]):
        with pytest.raises(OperationRefusedError):
            identity.fold(chain)


def test_strangers_and_sign_keys_sign_no_operations() -> None:
    """A stolen daily key cannot touch the identity."""
    for thief in (SIGN, NEXT):
        with pytest.raises(OperationRefusedError, match="root key"):
            identity.fold([GENESIS, moved([GENESIS], "https://thief.example", thief)])
    unsigned = identity.sign_operation(Operation(type="genesis", at=AT, kind="shop", root_keys=(public(ROOT),)), NEXT)
    with pytest.raises(OperationRefusedError, match="own root keys"):
        identity.fold([unsigned])


@given(st.data())
def test_no_byte_of_a_chain_can_be_touched(data: st.DataObject) -> None:
    """Any changed byte breaks the chain, or leaves the identity as it was."""
    chain = [GENESIS, moved([GENESIS], "https://new.example")]
    which = data.draw(st.integers(0, 1))
    touched = bytearray(chain[which])
    touched[data.draw(st.integers(0, len(touched) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        state = identity.fold([*chain[:which], bytes(touched), *chain[which + 1 :]])
    except GalleriaError:
        return
    assert state == identity.fold(chain)


def test_operations_are_bounded() -> None:
    """Neither a huge operation nor an endless chain is read."""
    with pytest.raises(TooLargeError):
        identity.fold([b"x" * (limits.OPERATION_BYTES_MAX + 1)])
    with pytest.raises(OperationRefusedError):
        identity.fold([GENESIS] * (limits.OPERATIONS_MAX + 1))
