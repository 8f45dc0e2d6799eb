"""Sealed secrets: they open for their owner under their secret, and for nothing and nobody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.node.database import Database, using
from federation.node.sealing import is_sealed_now, seal, unseal
from federation.node.seals import SEALED_BYTES, Seal, SealError

SECRET, OTHER = "s" * 40, "t" * 40
OWNER = "s1" + "a" * 32
SEED = bytes(range(32))


def test_a_seed_opens_for_its_owner_only() -> None:
    """A sealed seed moved to another row does not open, and no two seals of one seed are alike."""
    sealed = Seal(SECRET).seal(OWNER, SEED)
    assert len(sealed) == SEALED_BYTES
    assert SEED not in sealed
    assert Seal(SECRET).unseal(OWNER, sealed) == SEED
    assert Seal(SECRET).seal(OWNER, SEED) != sealed
    with pytest.raises(SealError, match="damaged, or belongs to another"):
        Seal(SECRET).unseal("s1" + "b" * 32, sealed)


def test_another_secret_is_told_from_damage() -> None:
    """Who gave the wrong secret is told so, with the names of the settings."""
    sealed = Seal(SECRET).seal(OWNER, SEED)
    with pytest.raises(SealError, match="GALLERIA_SECRET_KEY_BEFORE"):
        Seal(OTHER).unseal(OWNER, sealed)
    with pytest.raises(SealError, match="form"):
        Seal(SECRET).unseal(OWNER, b"\2" + sealed[1:])


def test_while_the_secret_changes_both_open() -> None:
    """With the secret before at hand old seals open, and what is sealed now bears the new one's name."""
    old, new = Seal(SECRET), Seal(OTHER, SECRET)
    assert new.unseal(OWNER, old.seal(OWNER, SEED)) == SEED
    assert not new.is_of_now(old.seal(OWNER, SEED))
    assert Seal(OTHER).unseal(OWNER, new.seal(OWNER, SEED)) == SEED


@given(st.integers(0, SEALED_BYTES - 1), st.integers(1, 255))
def test_no_byte_of_a_seal_can_be_touched(place: int, change: int) -> None:
    """Any changed byte is noticed."""
    touched = bytearray(Seal(SECRET).seal(OWNER, SEED))
    touched[place] ^= change
    with pytest.raises(SealError):
        Seal(SECRET).unseal(OWNER, bytes(touched))


def test_the_bound_database_says_which_seal() -> None:
    """Sealing goes by the database that is bound; without a secret nothing sealed opens, what lies open does."""
    with using(Database(Seal(SECRET))):
        sealed = seal(OWNER, SEED)
        assert unseal(OWNER, sealed) == SEED
        assert is_sealed_now(sealed)
        assert not is_sealed_now(SEED)
    with using(Database()):
        assert unseal(OWNER, SEED) == SEED
        with pytest.raises(SealError, match="no secret"):
            unseal(OWNER, sealed)
