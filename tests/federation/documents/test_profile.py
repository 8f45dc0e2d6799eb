"""Profiles: what a domain says is believed only as far as the party's operations bear it out."""

import msgspec
import pytest

from federation.documents import identity, json, profile
from federation.documents.errors import KeyNotChainedError, OperationRefusedError
from federation.documents.keys import SigningKey
from federation.documents.profile import PartyProfile
from federation.vocabulary.errors import GalleriaError

ROOT = SigningKey.from_seed(b"1" * 32)
SIGN = SigningKey.from_seed(b"s" * 32)
STRANGER = SigningKey.from_seed(b"x" * 32)
AT = "2026-11-22T07:16:00Z"
GENESIS = identity.genesis("shop", ROOT, sign_keys=[SIGN.public], at=AT, address="https://shop.example")
STATE = identity.fold([GENESIS])
PROFILE = profile.profile_of(STATE, "Atelier", 0)


def test_a_profile_agrees_with_its_operations_over_the_wire() -> None:
    """What a node serves is what a reader accepts, and its key set is one that generic readers know."""
    data = json.encode(PROFILE)
    again = json.decode(data, PartyProfile)
    profile.check_profile(again, STATE, 0)
    assert again == PROFILE
    assert again.endpoint == f"https://shop.example/fed/v1/{STATE.party_id}"
    assert json.decode(data, dict)["keys"] == [
        {"kty": "OKP", "crv": "Ed25519", "x": SIGN.public.jwk().x, "kid": SIGN.public.keyid}
    ]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"party_id": "s1" + "a" * 32}, OperationRefusedError),
        ({"kind": "hub"}, OperationRefusedError),
        ({"endpoint": "https://hijacked.example/fed/v1/x"}, OperationRefusedError),
        ({"versions": ("1999-01-01",)}, OperationRefusedError),
        ({"keys": (STRANGER.public.jwk(),)}, KeyNotChainedError),
        ({"keys": (SIGN.public.jwk(), STRANGER.public.jwk())}, KeyNotChainedError),
    ],
)
def test_a_profile_that_says_otherwise_is_refused(changes: dict[str, object], error: type[GalleriaError]) -> None:
    """Whoever holds the domain can change neither party, address nor keys."""
    with pytest.raises(error):
        profile.check_profile(msgspec.structs.replace(PROFILE, **changes), STATE, 0)


def test_a_retired_party_has_no_profile() -> None:
    """After retirement nothing served at the address counts."""
    retire = identity.sign_operation(identity.Operation(type="retire", at=AT, previous=STATE.head), ROOT)
    with pytest.raises(OperationRefusedError, match="retired"):
        profile.check_profile(PROFILE, identity.fold([GENESIS, retire]), 0)
